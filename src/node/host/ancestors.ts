import { readFileSync } from 'node:fs'

/** A parent process, or one further up. */
export interface Ancestor {
  readonly pid: number
  readonly args: readonly string[]
  /** Whether it has its own handler for SIGTERM. */
  readonly catchesTerm: boolean
}

const SIGTERM_BIT = 1n << 14n

/** Reads a file of /proc, or throws. */
type ReadProc = (path: string) => string

const readProc: ReadProc = (path) => readFileSync(path, 'utf8')

/**
 * The parent of this process and the processes above it, parent first. Empty without /proc (proc(5)). Never
 * throws.
 */
export function readAncestors(read: ReadProc = readProc): readonly Ancestor[] {
  const found: Ancestor[] = []
  try {
    let pid = parentIn(read('/proc/self/status'))
    while (pid > 0 && found.length < 10) {
      const args = read(`/proc/${pid}/cmdline`).split('\0').slice(0, -1)
      const status = read(`/proc/${pid}/status`)
      const catchesTerm = (BigInt(`0x${fieldOf(status, 'SigCgt')}`) & SIGTERM_BIT) !== 0n
      found.push({ pid, args, catchesTerm })
      pid = parentIn(status)
    }
  } catch {
    return []
  }
  return found
}

const parentIn = (status: string): number => Number(fieldOf(status, 'PPid'))

function fieldOf(status: string, field: string): string {
  return new RegExp(`^${field}:[ \\t]*(\\S+)`, 'm').exec(status)?.[1] ?? ''
}

const nameOf = ({ args }: Ancestor): string => args[0]?.split(' ', 1)[0]?.split('/').at(-1) ?? ''
const isShell = (ancestor: Ancestor): boolean => /^-?(sh|bash|dash|ash|zsh|busybox)$/.test(nameOf(ancestor))
/** npm sets its process title to `npm start`; the others run as a script of Node's. */
const isPackageManager = (ancestor: Ancestor): boolean =>
  [nameOf(ancestor), ...ancestor.args.slice(1, 2)].some((arg) =>
    /(^|\/)(npm|pnpm|yarn)(-cli)?(\.c?js)?$/.test(arg),
  )
/** An interactive shell has no script and no command. If PID 1 is one, nobody sends SIGTERM to it. */
const isInteractive = (ancestor: Ancestor): boolean =>
  isShell(ancestor) && !ancestor.args.slice(1).some((arg) => arg === '-c' || !arg.startsWith('-'))

/**
 * Explains why the kubelet's SIGTERM to PID 1 will never reach this process: a shell in between does not pass
 * it on. This matters only where PID 1 is a non-interactive shell or a package manager, as in a container.
 * @returns null when nothing is in the way
 */
export function describeDeafParent(ancestors: readonly Ancestor[]): string | null {
  const first = ancestors.at(-1)
  if (first?.pid !== 1 || isInteractive(first) || !(isShell(first) || isPackageManager(first))) return null
  const deaf = ancestors.find((ancestor) => isShell(ancestor) && !ancestor.catchesTerm)
  if (!deaf) return null
  return (
    `lastcall: PID 1 is '${first.args.join(' ').slice(0, 80)}', and a shell between it and this process does ` +
    'not pass SIGTERM on: there will be no shutdown, only SIGKILL; ' +
    `start the program itself, CMD ["node", "server.js"], or put 'exec' before node in the script`
  )
}
