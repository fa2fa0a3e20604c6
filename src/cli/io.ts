import { constants } from 'node:os'
import type { Writable } from 'node:stream'

/** A stream that may be a terminal. */
export type CliStream = Writable & {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

/** Where a command reads what no file has. */
export type CliInput = AsyncIterable<Buffer | string> & { readonly isTTY?: boolean }

/** Everything of the process that a command may touch. */
export interface CliIo {
  readonly stdin: CliInput
  readonly stdout: CliStream
  readonly stderr: CliStream
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Hears SIGINT, SIGTERM, SIGHUP and SIGQUIT instead of dying of them; returns what ends that. */
  onSignal(listener: (signal: NodeJS.Signals) => void): () => void
  /** Runs synchronously when the process ends, whatever ends it but SIGKILL; returns what ends that. */
  onExit(listener: () => void): () => void
  /** Dies of a signal, as if nobody had heard it. */
  dieOf(signal: NodeJS.Signals): void
}

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

/** A report that could not be written is an error of the environment, as bad input is. */
const UNWRITTEN = 2

/**
 * The real process. A reader that has gone (`| head`) has what it wants; any other error of stdout or stderr
 * is said, and is the exit code.
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
    // Opened by its first reader: an open stdin would keep the other commands waiting for its end.
    get stdin() {
      return process.stdin
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    onSignal(listener) {
      for (const signal of endingSignals) process.on(signal, listener)
      return () => {
        for (const signal of endingSignals) process.off(signal, listener)
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

/** Exit code that shells use for an end by a signal. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal]
}

/**
 * Whether to colour what goes to this stream: only on a terminal, and never against NO_COLOR (no-color.org)
 * or `--no-color`.
 */
export function isColoured(stream: CliStream, env: CliIo['env'], wanted: boolean): boolean {
  return wanted && stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
}
