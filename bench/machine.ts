import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, platform } from 'node:os'

/** What the figures of one run depend on. */
export interface Run {
  /** Day, as YYYY-MM-DD. */
  readonly date: string
  /** What was measured; with a plus sign when files of it were changed. */
  readonly commit: string
  readonly node: string
  readonly cpu: string
  readonly cores: number
  /** One-minute load average when the run began: anything else that ran here is in the figures. */
  readonly load: number
  /** Whether servers and clients can be bound to a core each. */
  readonly bound: boolean
}

export function describeRun(): Run {
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: currentCommit(),
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
    bound: availableParallelism() > 1 && spawnSync('taskset', ['-c', '0,1', 'true']).status === 0,
  }
}

function currentCommit(): string {
  const git = (...args: readonly string[]): string =>
    spawnSync('git', ['-C', import.meta.dirname, ...args], { encoding: 'utf8' }).stdout.trim()
  // What a run itself writes does not change what it measures.
  const changed = git('status', '--porcelain', '--untracked-files=no', '--', '../src', '../package.json')
  return `${git('rev-parse', '--short', 'HEAD') || 'unknown'}${changed === '' ? '' : '+'}`
}

/** Files a process needs besides the connections. */
const OTHER_FILES = 100

/** Why so many connections cannot be held on this machine; null when they can. */
export function connectionsProblem(connections: number): string | null {
  // Node raises its own soft limit to the hard one when it starts.
  const files = Number(execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }))
  if (files < connections + OTHER_FILES) {
    return `the hard limit of open files is ${files}, ${connections + OTHER_FILES} are needed (ulimit -Hn)`
  }
  const ports = localPorts()
  return ports < connections ? `there are only ${ports} local ports (net.ipv4.ip_local_port_range)` : null
}

function localPorts(): number {
  if (platform() !== 'linux') return Infinity
  const text = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
  const [from = 0, to = 0] = text.trim().split(/\s+/).map(Number)
  return to - from + 1
}
