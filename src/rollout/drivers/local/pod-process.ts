import { type ChildProcess, spawn } from 'node:child_process'
import { createOutputRing } from './output-ring.ts'

/** What to run as a pod. */
export interface PodSpec {
  readonly name: string
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** How a pod's first process ended. `error` says that it could not be started at all. */
export interface PodExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly error?: NodeJS.ErrnoException
}

/** The processes of one pod. */
export interface PodProcess {
  readonly pid: number | undefined
  readonly exited: Promise<PodExit>
  readonly hasExited: () => boolean
  /** The last lines of stdout and stderr. */
  output(): readonly string[]
  /** Sends a signal to the command's own process only, as the container runtime signals PID 1. */
  signal(signal: NodeJS.Signals): void
  /** Kills the command and everything that it started. */
  killGroup(): void
}

const PIPES_MAY_STAY_OPEN_MS = 500

/** Starts the command in a process group of its own, so that nothing that it starts can outlive the rehearsal. */
export function startPodProcess(spec: PodSpec): PodProcess {
  const [file = '', ...args] = spec.command
  const ring = createOutputRing()
  const { promise: exited, resolve } = Promise.withResolvers<PodExit>()
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
  const killGroup = (): void => {
    if (child.pid === undefined) return
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // ESRCH: nobody is left in the group.
    }
  }
  child.once('error', (error) => {
    ended = true
    resolve({ code: null, signal: null, error })
  })
  child.once('exit', (code, signal) => {
    // A container ends with its PID 1: the kernel kills what is left in its PID namespace.
    killGroup()
    ended = true
    // 'close' comes when the pipes are empty, so that the last words are in the ring. Only a process that left the group could still hold them open.
    const unread = setTimeout(() => {
      child.stdout?.destroy()
      child.stderr?.destroy()
    }, PIPES_MAY_STAY_OPEN_MS)
    child.once('close', () => {
      clearTimeout(unread)
      resolve({ code, signal })
    })
  })
  return {
    pid: child.pid,
    exited,
    hasExited: () => ended,
    output: ring.lines,
    signal: (signal) => void child.kill(signal),
    killGroup() {
      if (!ended) killGroup()
    },
  }
}
