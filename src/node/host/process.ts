import cluster from 'node:cluster'
import { closeSync, constants, ftruncateSync, openSync, writeSync } from 'node:fs'
import { constants as os } from 'node:os'
import type { RuntimeVersions } from '../../core/node-version.ts'
import type { SignalName } from '../../core/options.ts'
import { type Ancestor, readAncestors } from './ancestors.ts'
import type { UncaughtKind } from '../../core/report.ts'

/** The process around a lifecycle. Only this file uses `process` and files. */
export interface HostProcess {
  readonly env: Readonly<Record<string, string | undefined>>
  /** `process.versions`. When absent, every version is accepted. */
  readonly versions?: RuntimeVersions
  /**
   * How many servers of this process may have clients: servers that listen on a TCP port, a cluster worker,
   * threads. When absent, only the servers that a lifecycle knows count.
   */
  listeningServers?(): number
  /** The parent processes, parent first, as far as they are visible. */
  ancestors?(): readonly Ancestor[]
  onSignal(signal: SignalName, listener: () => void): Disposable
  /** 128 + the signal's number, as shells report it. */
  forcedExitCode(signal: SignalName): number
  /**
   * Reports every uncaught error, before the application's own handlers run. If the application has no
   * handler, the process survives the error.
   */
  onUncaught(listener: (error: unknown, kind: UncaughtKind) => void): Disposable
  /**
   * Reports an exit of the process that is not this `exit()`. The listener returns the exit code; it cannot
   * wait for anything.
   */
  onForeignExit(listener: (code: number, stack: string | null) => number): Disposable
  /** Ends the process after all output to stdout and stderr is written. */
  exit(code: number): Promise<void>
  /** Sets the exit code for a process that ends by itself, unless a code is already set. */
  suggestExitCode(code: number): void
  writeError(line: string): void
  /** Whether stderr is a terminal, so that people read the output. When absent, it is not. */
  readonly isTerminal?: boolean
  /** Writes a file that must already exist, such as a mounted one. Returns whether that worked. */
  overwrite(path: string, text: string): boolean
}

/** How long an exit waits for a slow reader of its output. Fits into the chart's margin of 3 s. */
const FLUSH_MS = 1_000

/** The process that this program runs in. */
export function realProcess(): HostProcess {
  return {
    env: process.env,
    versions: process.versions,
    onSignal: (signal, listener) => {
      process.on(signal as NodeJS.Signals, listener)
      return { [Symbol.dispose]: () => void process.removeListener(signal, listener) }
    },
    forcedExitCode: (signal) => 128 + (os.signals[signal as NodeJS.Signals] ?? 0),
    listeningServers,
    ancestors: readAncestors,
    onUncaught,
    onForeignExit,
    exit: async (code) => {
      await Promise.race([Promise.all([flush(process.stdout), flush(process.stderr)]), wait(FLUSH_MS)])
      process.exit(code)
    },
    suggestExitCode: (code) => {
      process.exitCode ??= code
    },
    writeError: (line) => write(process.stderr, `${line}\n`, () => {}),
    get isTerminal() {
      return process.stderr.isTTY
    },
    overwrite,
  }
}

/** A cluster worker listens through its primary, and Node does not show what a thread serves. */
function listeningServers(): number {
  const resources = process.getActiveResourcesInfo()
  const seen = resources.filter((name) => name === 'TCPServerWrap' || name === 'MessagePort').length
  return cluster.isWorker ? seen + 1 : seen
}

function onUncaught(listener: (error: unknown, kind: UncaughtKind) => void): Disposable {
  const onException = (error: unknown, kind: UncaughtKind): void => listener(error, kind)
  const onRejection = (error: unknown): void => listener(error, 'unhandledRejection')
  process.prependListener('uncaughtException', onException)
  // Without a listener, Node turns an unhandled rejection into an uncaught exception. Our own listener would
  // hide it from the application's handlers for uncaught exceptions.
  const heard = process.listenerCount('unhandledRejection') > 0
  if (heard) process.prependListener('unhandledRejection', onRejection)
  return {
    [Symbol.dispose]: () => {
      process.removeListener('uncaughtException', onException)
      process.removeListener('unhandledRejection', onRejection)
    },
  }
}

type ExitListener = (code: number, stack: string | null) => number

/** All watchers. `process.exit` is wrapped once, and restored when the last watcher leaves. */
const exitListeners = new Set<{ readonly listener: ExitListener }>()
let unwrapExit = (): void => {}

function onForeignExit(listener: ExitListener): Disposable {
  const entry = { listener }
  if (exitListeners.size === 0) unwrapExit = wrapExit()
  exitListeners.add(entry)
  return {
    [Symbol.dispose]: () => {
      if (exitListeners.delete(entry) && exitListeners.size === 0) unwrapExit()
    },
  }
}

function wrapExit(): () => void {
  const native = process.exit
  let stack: string | null = null
  const exit = (...args: Parameters<typeof native>): never => {
    // The first call is the one that ends the process. Listeners of 'exit' may call it again.
    stack ??= stackAbove(exit)
    return Reflect.apply(native, process, args) as never
  }
  const onExit = (code: number): void => {
    let highest = code
    for (const { listener } of exitListeners) highest = Math.max(highest, listener(code, stack))
    process.exitCode = highest
  }
  process.exit = exit
  // Runs first, while loggers that close in 'exit' still accept lines.
  process.prependListener('exit', onExit)
  return () => {
    process.removeListener('exit', onExit)
    // Other code may have wrapped our function in the meantime, and may still call it.
    if (process.exit === exit) process.exit = native
  }
}

function stackAbove(caller: (...args: never) => unknown): string {
  const holder = { stack: '' }
  Error.captureStackTrace(holder, caller)
  return holder.stack.replace(/^[^\n]*\n/, '')
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableEnded || stream.destroyed) return resolve()
    write(stream, '', resolve)
  })
}

/**
 * Writes like `console`: in order with the program's own output, and without blocking on a full pipe. A
 * synchronous write would wait for the reader or fail halfway through a line. A closed pipe must not become
 * an uncaught error.
 */
function write(stream: NodeJS.WriteStream, text: string, done: () => void): void {
  const ignore = (): void => {}
  stream.once('error', ignore)
  try {
    stream.write(text, (error) => {
      // The 'error' event follows this callback, when the guard below is already removed.
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
    // No O_CREAT: a developer's machine has no such file, and root would create one in /dev. Non-blocking,
    // because opening a pipe without a reader would wait forever.
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
