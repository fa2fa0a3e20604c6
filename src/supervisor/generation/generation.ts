import { type ChildProcess, type SendHandle, spawn } from 'node:child_process'
import { isSupervisionMessage, type OrderMessage, supervisionVariables } from '../../core/supervision.ts'
import { uniqueName } from '../../process/unique-name.ts'
import type { Exit } from '../machine/state.ts'
import type { HeldSocket } from '../sockets/held-socket.ts'
import { generationEnvironment, withOwnPid } from './child-environment.ts'
import { isExecutable, SHELL } from './executable.ts'
import { describeSpawnError, describeUnstartable } from './find-program.ts'
import { guardChannel } from './guard-channel.ts'
import { killGroup } from './kill-group.ts'

/** A process that ends closes its channel a moment before its exit is known. */
const ENDS_WITHIN_MS = 500

/** A generation to start. */
export interface GenerationSpec {
  readonly id: number
  readonly command: readonly string[]
  /** Absolute, with its symlinks: it is resolved anew for each generation. */
  readonly cwd: string
  /** Environment of the supervisor. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly sockets: readonly HeldSocket[]
  /** Called for the messages of lastcall only, which nobody has checked; never after `onExit`. */
  onMessage(message: { readonly lastcall: string }): void
  /**
   * Called when the channel is lost, and the process runs on. `problem` is the end of a sentence. Never after
   * `onExit`.
   */
  onChannelLost(problem: string): void
  /**
   * Called once, when the first process has ended, or could not be started (`problem`, a sentence). Never
   * before `startGeneration` has returned.
   */
  onExit(exit: Exit, problem?: string): void
}

/** The process of a generation. */
export interface GenerationProcess {
  /** Null when it could not be started. */
  readonly pid: number | null
  /** Whether its channel is open. A program may close it. */
  readonly connected: boolean
  /** Does nothing when the channel is closed. `handle` is one of a {@link HeldSocket}. */
  send(message: OrderMessage, handle?: unknown): void
  /** Sends a signal to the first process only, as the container runtime does with PID 1. */
  signal(signal: NodeJS.Signals): void
  /** Sends SIGKILL to everything that the generation has started. */
  killGroup(): void
}

/**
 * Starts the command as the next generation: in a process group of its own, because Ctrl-C in a terminal is
 * for the supervisor, and with its output directly on that of the supervisor.
 */
export function startGeneration(spec: GenerationSpec): GenerationProcess {
  const mark = uniqueName()
  const started = start(spec, mark)
  let hasEnded = false
  const end = (exit: Exit, problem?: string): void => {
    if (hasEnded) return
    hasEnded = true
    spec.onExit(exit, problem)
  }
  const fail = (problem: string): void => end({ code: null, signal: null }, problem)
  if (typeof started === 'string') {
    queueMicrotask(() => fail(started))
    return { pid: null, connected: false, send: () => {}, signal: () => {}, killGroup: () => {} }
  }
  const child = started
  const { pid } = child
  const killRest = (): void => {
    if (pid !== undefined) killGroup(pid, `${supervisionVariables.mark}=${mark}`)
  }
  child.on('message', (message: unknown) => {
    // The channel is the program's as well: what is not ours is none of our business.
    if (!hasEnded && isSupervisionMessage(message)) spec.onMessage(message)
  })
  const lose = (problem: string): void => {
    if (!hasEnded) spec.onChannelLost(problem)
  }
  guardChannel(child, () => {
    // Nothing that follows could be read.
    if (child.connected) child.disconnect()
    lose('it wrote on its channel what is no message')
  })
  child.once('disconnect', () => {
    setTimeout(lose, ENDS_WITHIN_MS, 'it has closed its channel').unref()
  })
  child.once('exit', (code, signal) => {
    // A container ends with its PID 1, and so does a generation: a process that it has left behind would
    // serve old code on the shared socket, and nobody would know of it.
    killRest()
    end({ code, signal })
  })
  // Also comes when a signal or a message finds no process any more; then the exit is on its way.
  child.on('error', (error) => {
    if (pid === undefined) fail(describeSpawnError(error, spec.command))
  })
  return {
    pid: pid ?? null,
    get connected() {
      return child.connected
    },
    send(message, handle) {
      if (!child.connected) return
      // A generation that is ending closes the channel at any moment; its exit follows.
      child.send(message, handle as SendHandle | undefined, () => {})
    },
    signal: (signal) => void child.kill(signal),
    killGroup() {
      if (hasEnded) return
      // It may have left its own group, and only Linux finds it there.
      child.kill('SIGKILL')
      killRest()
    },
  }
}

/** Returns why it is not possible, as a sentence, where that is known at once. */
function start({ id, command, cwd, env, sockets }: GenerationSpec, mark: string): ChildProcess | string {
  const problem = describeUnstartable(command, cwd, env['PATH'])
  if (problem !== null) return problem
  const inherited = sockets.filter(({ reusePort }) => !reusePort)
  const ofPid = [supervisionVariables.pid, ...(inherited.length > 0 ? ['LISTEN_PID'] : [])]
  const [file = '', ...args] = isExecutable(SHELL) ? withOwnPid(ofPid, command) : command
  try {
    return spawn(file, args, {
      cwd,
      env: generationEnvironment(env, { id, mark, supervisor: process.pid, cwd, sockets }),
      detached: true,
      // The channel comes last: the convention of systemd has the sockets from descriptor 3 on.
      stdio: ['ignore', 'inherit', 'inherit', ...inherited.map(({ fd }) => fd), 'ipc'],
    })
  } catch (error) {
    return describeSpawnError(error, command)
  }
}
