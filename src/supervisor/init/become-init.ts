import { isExecutable, SHELL } from '../generation/executable.ts'
import { initScript } from './script.ts'

/** Set by the shell that is PID 1, to its process id. */
const INIT = 'LASTCALL_INIT'

/** What `becomeInit` needs of the process; `process` itself, outside of tests. */
export type InitHost = Pick<NodeJS.Process, 'pid' | 'env' | 'execPath' | 'execArgv' | 'execve'>

const consequence = 'orphans of the program are not reaped; use an init such as tini'

/**
 * As PID 1, the first process of a container: replaces this process by a shell that runs the same command
 * line as its child, reaps orphans, passes signals on, and exits with the code of the child (128 + n when
 * signal n ended it). Anywhere else it returns at once. Called first thing: everything that is open is lost.
 * @param argv as `process.argv`
 * @returns why this process has to stay PID 1, as a sentence for the log; null when it is not PID 1
 */
export function becomeInit(argv: readonly string[], host: InitHost = process): string | null {
  if (host.pid !== 1) return null
  // execve() closes inherited descriptors, and the shell has another process id than LISTEN_PID says.
  if (Number(host.env['LISTEN_PID']) === host.pid) {
    return `runs as PID 1 with sockets from outside: ${consequence}`
  }
  if (!isExecutable(SHELL)) {
    return `runs as PID 1 without ${SHELL}: ${consequence}`
  }
  const command = [host.execPath, ...host.execArgv, ...argv.slice(1)]
  host.execve?.(SHELL, ['sh', '-c', initScript, 'lastcall-init', ...command], host.env)
  return null
}

/**
 * Tells the shell of {@link becomeInit} that this process handles its signals from now on. Does nothing under
 * any other parent. Removes the variable from the environment: it is not for generations.
 * @param parent `process.ppid`
 */
export function reportToInit(env: Record<string, string | undefined>, parent: number): void {
  const init = Number(env[INIT])
  delete env[INIT]
  if (init === parent) process.kill(parent, 'SIGUSR1')
}
