import { type ChildProcess, spawn } from 'node:child_process'
import { eachLine } from './each-line.ts'
import { markedProcesses } from './marked-processes.ts'
import { createOutputRing } from './output-ring.ts'

/** A command to run in its own process group. */
export interface ChildSpec {
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /**
   * Name of a variable in `env` with a value that no other group has. It identifies processes that have left
   * the group for their own session. By default no such process is searched for.
   */
  readonly mark?: string
  /** Called with each line of stdout and stderr. Default: only the last ones are kept */
  readonly onLine?: (line: string) => void
  /**
   * Called when the first process has ended and others of its group are still running. They are killed when
   * the promise settles. By default they are killed at once.
   */
  readonly inspectSurvivors?: () => Promise<unknown>
}

/** How the first process of a group ended. `error` means that it could not be started. */
export interface ChildExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly error?: NodeJS.ErrnoException
}

/** A command and everything that it started. */
export interface ChildGroup {
  /** Process id of the first process and of the group; undefined when it could not be started. */
  readonly pid: number | undefined
  /** Resolves when no process of the group is left and the output is read. Never rejects. */
  readonly exited: Promise<ChildExit>
  readonly hasExited: () => boolean
  /** The last lines of stdout and stderr. */
  output(): readonly string[]
  /** Sends a signal only to the command's own process, as the container runtime does with PID 1. */
  signal(signal: NodeJS.Signals): void
  /** Kills the command and everything that it started. */
  kill(): void
}

const PIPES_MAY_STAY_OPEN_MS = 500
const MAX_LINE_LENGTH = 100_000

/** Starts the command in its own process group, so that nothing that it starts can outlive this process. */
export function startChildGroup(spec: ChildSpec): ChildGroup {
  const [file = '', ...args] = spec.command
  const ring = createOutputRing()
  const { promise: exited, resolve } = Promise.withResolvers<ChildExit>()
  let ended = false
  const child: ChildProcess = spawn(file, args, {
    cwd: spec.cwd,
    env: spec.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => ring.write(chunk))
    if (spec.onLine) stream?.on('data', eachLine(MAX_LINE_LENGTH, spec.onLine))
  }
  const { mark } = spec
  const escaped = (): readonly number[] =>
    mark === undefined ? [] : markedProcesses(`${mark}=${spec.env[mark]}`)
  /** Returns false when no process is left. */
  const signalGroup = (signal: NodeJS.Signals | 0): boolean => {
    if (child.pid === undefined) return false
    return [-child.pid, ...escaped()].map((pid) => send(pid, signal)).includes(true)
  }
  // 'close' comes when the pipes are empty, so the ring then has the last lines.
  const closed = new Promise<void>((resolveClosed) => child.once('close', () => resolveClosed()))
  child.once('error', (error) => {
    ended = true
    resolve({ code: null, signal: null, error })
  })
  const sweep = async (code: number | null, signal: NodeJS.Signals | null): Promise<void> => {
    if (spec.inspectSurvivors && signalGroup(0)) await spec.inspectSurvivors().catch(() => undefined)
    // A container ends with its PID 1: the kernel kills the rest of its PID namespace.
    signalGroup('SIGKILL')
    ended = true
    // Only a process that has left the group could still hold the pipes open.
    const unread = setTimeout(() => {
      child.stdout?.destroy()
      child.stderr?.destroy()
    }, PIPES_MAY_STAY_OPEN_MS)
    await closed
    clearTimeout(unread)
    resolve({ code, signal })
  }
  child.once('exit', (code, signal) => void sweep(code, signal))
  return {
    pid: child.pid,
    exited,
    hasExited: () => ended,
    output: ring.lines,
    signal: (signal) => void child.kill(signal),
    kill() {
      if (!ended) signalGroup('SIGKILL')
    },
  }
}

/** Returns false when no such process exists. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
