import { type ChildProcess, spawn } from 'node:child_process'
import { markedProcesses } from './marked-processes.ts'
import { createOutputRing } from './output-ring.ts'

/** What to run as a process group of its own. */
export interface ChildSpec {
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /**
   * Name of a variable in `env` whose value no other group has: who has left the group for a session of its
   * own is found by it, and belongs to it all the same. Nobody is looked for by default.
   */
  readonly mark?: string
  /**
   * Called when the first process has ended and others of its group live on. They are killed when the promise
   * settles. Nobody looks at them by default.
   */
  readonly inspectSurvivors?: () => Promise<unknown>
}

/** How the first process of a group ended. `error` says that it could not be started at all. */
export interface ChildExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly error?: NodeJS.ErrnoException
}

/** A command and everything that it started. */
export interface ChildGroup {
  /** Process id of the first process and of the group; undefined when it could not be started. */
  readonly pid: number | undefined
  /** Resolves when nobody of the group is left and the output is read. Never rejects. */
  readonly exited: Promise<ChildExit>
  readonly hasExited: () => boolean
  /** The last lines of stdout and stderr. */
  output(): readonly string[]
  /** Sends a signal to the command's own process only, as the container runtime signals PID 1. */
  signal(signal: NodeJS.Signals): void
  /** Kills the command and everything that it started. */
  kill(): void
}

const PIPES_MAY_STAY_OPEN_MS = 500

/**
 * Starts the command in a process group of its own, so that nothing that it starts can outlive this process.
 */
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
  }
  const { mark } = spec
  const escaped = (): readonly number[] =>
    mark === undefined ? [] : markedProcesses(`${mark}=${spec.env[mark]}`)
  /** False when nobody is left. */
  const signalGroup = (signal: NodeJS.Signals | 0): boolean => {
    if (child.pid === undefined) return false
    return [-child.pid, ...escaped()].map((pid) => send(pid, signal)).includes(true)
  }
  // 'close' comes when the pipes are empty, so that the last words are in the ring.
  const closed = new Promise<void>((resolveClosed) => child.once('close', () => resolveClosed()))
  child.once('error', (error) => {
    ended = true
    resolve({ code: null, signal: null, error })
  })
  const sweep = async (code: number | null, signal: NodeJS.Signals | null): Promise<void> => {
    if (spec.inspectSurvivors && signalGroup(0)) await spec.inspectSurvivors().catch(() => undefined)
    // A container ends with its PID 1: the kernel kills what is left in its PID namespace.
    signalGroup('SIGKILL')
    ended = true
    // Only a process that left the group could still hold the pipes open.
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

/** False when nobody is there. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
