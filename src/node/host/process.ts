import cluster from 'node:cluster'
import { closeSync, constants, ftruncateSync, openSync, writeSync } from 'node:fs'
import { constants as os } from 'node:os'
import type { RuntimeVersions } from '../../core/node-version.ts'
import type { SignalName } from '../../core/options.ts'
import { type Ancestor, readAncestors } from './ancestors.ts'
import type { UncaughtKind } from '../../core/report.ts'

/** The process around a lifecycle. Only this file touches `process` and files. */
export interface HostProcess {
  readonly env: Readonly<Record<string, string | undefined>>
  /** `process.versions`. Left out, any version will do. */
  readonly versions?: RuntimeVersions
  /**
   * How many servers may have clients here: those that listen on a TCP port, a worker of a cluster, threads.
   * Left out, none but those that a lifecycle knows of.
   */
  listeningServers?(): number
  /** The processes above this one, parent first, where they can be seen. */
  ancestors?(): readonly Ancestor[]
  onSignal(signal: SignalName, listener: () => void): Disposable
  /** 128 + the signal's number, as shells report it. */
  forcedExitCode(signal: SignalName): number
  /**
   * Hears of every error that nobody catches, before the application's own handlers do, which run as well.
   * Without those the process survives it.
   */
  onUncaught(listener: (error: unknown, kind: UncaughtKind) => void): Disposable
  /**
   * Hears of an end of the process that is not this `exit()`. What it returns is the exit code; it cannot
   * wait for anything.
   */
  onForeignExit(listener: (code: number, stack: string | null) => number): Disposable
  /** Ends the process once what was written to stdout and stderr is out. */
  exit(code: number): Promise<void>
  /** Sets the code for an exit that comes by itself, unless one is set. */
  suggestExitCode(code: number): void
  writeError(line: string): void
  /** Whether people read what is written: stderr is a terminal. Left out, it is none. */
  readonly isTerminal?: boolean
  /** Writes a file that has to exist already, such as a mounted one. Returns whether it did. */
  overwrite(path: string, text: string): boolean
}

/**
 * How long an exit waits for output that a slow reader does not take. The chart's margin of 3 s has room for
 * it.
 */
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

/** A worker of a cluster listens through its primary, and nobody can see what a thread serves. */
function listeningServers(): number {
  const resources = process.getActiveResourcesInfo()
  const seen = resources.filter((name) => name === 'TCPServerWrap' || name === 'MessagePort').length
  return cluster.isWorker ? seen + 1 : seen
}

function onUncaught(listener: (error: unknown, kind: UncaughtKind) => void): Disposable {
  const onException = (error: unknown, kind: UncaughtKind): void => listener(error, kind)
  const onRejection = (error: unknown): void => listener(error, 'unhandledRejection')
  process.prependListener('uncaughtException', onException)
  // A rejection that nobody listens to becomes an uncaught exception by itself. Listening to it would keep it
  // from the application's handlers for those.
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

/**
 * All that watch, so that `process.exit` is wrapped once, and is Node's own again when the last of them has
 * gone.
 */
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
    // The first call is the one that ends the process: listeners of 'exit' may call it again.
    stack ??= stackAbove(exit)
    return Reflect.apply(native, process, args) as never
  }
  const onExit = (code: number): void => {
    let highest = code
    for (const { listener } of exitListeners) highest = Math.max(highest, listener(code, stack))
    process.exitCode = highest
  }
  process.exit = exit
  // First, while loggers that close in 'exit' still take a line.
  process.prependListener('exit', onExit)
  return () => {
    process.removeListener('exit', onExit)
    // Others may have wrapped ours meanwhile, and call it.
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
 * Writes as `console` does: in order with the program's own output, without ever blocking on a full pipe (a
 * synchronous write would wait for
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
