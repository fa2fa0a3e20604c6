import { readdirSync, readFileSync } from 'node:fs'

/**
 * CPU time that a process has used so far, in microseconds: every thread of it, kernel time included. The
 * kernel's scheduler counts it in nanoseconds (`/proc/PID/task/TID/schedstat`), and reading it costs the
 * process itself nothing.
 * @throws Error where the kernel does not tell: not Linux, or built without CONFIG_SCHED_INFO
 */
export function cpuTimeOf(pid: number): number {
  const tasks = `/proc/${pid}/task`
  const nanoseconds = readdirSync(tasks)
    .map((thread) => Number(readFileSync(`${tasks}/${thread}/schedstat`, 'utf8').split(' ', 1)[0]))
    .reduce((sum, time) => sum + time, 0)
  if (!(nanoseconds > 0)) throw new Error(`${tasks}: got no CPU time, wanted nanoseconds in schedstat`)
  return nanoseconds / 1_000
}
