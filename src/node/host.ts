import { closeSync, constants, ftruncateSync, openSync, writeSync } from 'node:fs'
import { constants as os } from 'node:os'
import type { SignalName } from '../core/options.ts'

/** Everything a lifecycle needs of the process around it. Only this file touches `process` and files. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Wall-clock milliseconds that never go backwards within a process. */
  now(): number
  /** Runs the callback later. The timer keeps the process alive: a deadline that does not is none. */
  startTimer(ms: number, callback: () => void): Disposable
  onSignal(signal: SignalName, listener: () => void): Disposable
  /** 128 + the signal's number, as shells report it. */
  forcedExitCode(signal: SignalName): number
  /** Ends the process once what was written to stdout and stderr is out. */
  exit(code: number): Promise<void>
  /** Sets the code for an exit that comes by itself, unless one is set. */
  suggestExitCode(code: number): void
  writeError(line: string): void
  /** Writes a file that has to exist already, such as a mounted one. Returns whether it did. */
  overwrite(path: string, text: string): boolean
}

/** How long an exit waits for output that a slow reader does not take. The chart's margin of 3 s has room for it. */
const FLUSH_MS = 1_000

/** The host of real programs. */
export function realHost(): Host {
  return {
    env: process.env,
    now: () => performance.timeOrigin + performance.now(),
    startTimer: (ms, callback) => {
      const timer = setTimeout(callback, ms)
      return { [Symbol.dispose]: () => clearTimeout(timer) }
    },
    onSignal: (signal, listener) => {
      process.on(signal as NodeJS.Signals, listener)
      return { [Symbol.dispose]: () => void process.removeListener(signal, listener) }
    },
    forcedExitCode: (signal) => 128 + (os.signals[signal as NodeJS.Signals] ?? 0),
    exit: async (code) => {
      await Promise.race([Promise.all([flush(process.stdout), flush(process.stderr)]), wait(FLUSH_MS)])
      process.exit(code)
    },
    suggestExitCode: (code) => {
      process.exitCode ??= code
    },
    writeError: (line) => write(process.stderr, `${line}\n`, () => {}),
    overwrite,
  }
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableEnded || stream.destroyed) return resolve()
    write(stream, '', resolve)
  })
}

/**
 * Writes as `console` does: in order with the program's own output, without ever blocking on a full pipe (a synchronous write would wait for
 * the reader, or fail half-way through a line), and a closed pipe is not an uncaught error.
 */
function write(stream: NodeJS.WriteStream, text: string, done: () => void): void {
  const ignore = (): void => {}
  stream.once('error', ignore)
  try {
    stream.write(text, (error) => {
      // 'error' follows this callback, when the guard below is gone.
      if (error && stream.listenerCount('error') === 0) stream.once('error', ignore)
      done()
    })
  } catch {
    done()
  } finally {
    stream.removeListener('error', ignore)
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function overwrite(path: string, text: string): boolean {
  try {
    // Without O_CREAT: on a developer's machine there is no such file, and root would make one in /dev.
    // Non-blocking, because opening a pipe that nobody reads would wait for ever.
    const file = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
    try {
      ftruncateSync(file)
      writeSync(file, text)
    } finally {
      closeSync(file)
    }
    return true
  } catch {
    return false
  }
}
