import type { Logger } from '../../core/logger.ts'
import type { Host } from './host.ts'
import { limited } from '../guard/limit.ts'
import { catchRejection } from '../guard/rejection.ts'
import { terminalLine } from './terminal-line.ts'

/**
 * The default logger writes to stderr, so a program's own output stays clean. It writes one JSON object a
 * line, or a line for people when stderr is a terminal.
 */
export function stderrLogger(host: Pick<Host, 'clock' | 'process'>): Logger {
  const write = (level: keyof Logger) => (details: object, message: string) => {
    const now = new Date(host.clock.now())
    const line =
      host.process.isTerminal === true
        ? terminalLine({ level, now, message, details, colors: !host.process.env['NO_COLOR'] })
        : JSON.stringify({ level, time: now.toISOString(), name: 'lastcall', msg: message, ...details })
    host.process.writeError(line)
  }
  return { info: write('info'), warn: write('warn'), error: write('error') }
}

/**
 * How long an exit waits for a logger. Together with the wait for stdout and stderr it fits into the chart's
 * margin of 3 s.
 */
const FLUSH_MS = 1_000

/**
 * Lets a logger write what it has buffered, as pino does with its transports: `flush(callback)`. Never
 * rejects.
 */
export async function flushLogger(logger: Logger | false | undefined): Promise<void> {
  if (!logger || !('flush' in logger) || typeof logger.flush !== 'function') return
  const { flush } = logger
  const flushed = (): Promise<void> =>
    new Promise((resolve, reject) => catchRejection(Reflect.apply(flush, logger, [resolve]), reject))
  await limited(flushed, FLUSH_MS)
}

/** Wraps a logger so that its failures, synchronous or not, cannot break the shutdown. */
export function guardedLogger(logger: Logger | false): Logger {
  const call = (level: keyof Logger) => (details: object, message: string) => {
    if (logger === false) return
    try {
      catchRejection(logger[level](details, message), ignore)
    } catch {
      ignore()
    }
  }
  return { info: call('info'), warn: call('warn'), error: call('error') }
}

/** Ignores failures of a logger: there is no other place to report them. */
const ignore = (): void => {}
