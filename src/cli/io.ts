import { constants } from 'node:os'
import type { Writable } from 'node:stream'

/** A stream that may be a terminal. */
export type CliStream = Writable & {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

/** Input of a command whose text does not come from a file. */
export type CliInput = AsyncIterable<Buffer | string> & { readonly isTTY?: boolean }

/** Everything of the process that a command may use. */
export interface CliIo {
  readonly stdin: CliInput
  readonly stdout: CliStream
  readonly stderr: CliStream
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /**
   * Calls the listener at these signals; the process survives them. The default is SIGINT, SIGTERM, SIGHUP
   * and SIGQUIT. Returns a function that stops this.
   */
  onSignal(listener: (signal: NodeJS.Signals) => void, signals?: readonly NodeJS.Signals[]): () => void
  /**
   * Calls the listener synchronously when the process ends, except by SIGKILL. Returns a function that stops
   * this.
   */
  onExit(listener: () => void): () => void
  /** Ends the process by a signal, as if it had no listener. */
  dieOf(signal: NodeJS.Signals): void
}

const endingSignals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']

/** A report that cannot be written is an error of the environment, like invalid input. */
const UNWRITTEN = 2

/**
 * The real process. A reader that closes early (`| head`) is fine. Any other error of stdout or stderr is
 * reported and sets the exit code.
 */
export function realIo(): CliIo {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      if (code === 'EPIPE') return
      process.once('exit', () => (process.exitCode = UNWRITTEN))
      if (stream === process.stdout) process.stderr.write(`stdout cannot be written (${message})\n`)
    })
  }
  return {
    // Opened by its first reader: an open stdin would keep other commands alive until its end.
    get stdin() {
      return process.stdin
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    onSignal(listener, signals = endingSignals) {
      for (const signal of signals) process.on(signal, listener)
      return () => {
        for (const signal of signals) process.off(signal, listener)
      }
    },
    onExit(listener) {
      process.on('exit', listener)
      return () => void process.off('exit', listener)
    },
    dieOf(signal) {
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    },
  }
}

/** The exit code that shells use for a process ended by a signal. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal]
}

/**
 * Whether to color the output to this stream: only on a terminal, and never with NO_COLOR (no-color.org) or
 * `--no-color`.
 */
export function isColoured(stream: CliStream, env: CliIo['env'], wanted: boolean): boolean {
  return wanted && stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
}
