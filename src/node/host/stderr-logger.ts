import type { Logger } from '../../core/logger.ts'
import type { Host } from './host.ts'
import { limited } from '../guard/limit.ts'
import { catchRejection } from '../guard/rejection.ts'

/**
 * The default logger: one JSON object a line on stderr, where the kubelet collects it and a program's own
 * output stays clean.
 */
export function stderrLogger(host: Pick<Host, 'clock' | 'process'>): Logger {
  const write = (level: string) => (details: object, message: string) => {
    host.process.writeError(
      JSON.stringify({
        level,
        time: new Date(host.clock.now()).toISOString(),
        name: 'lastcall',
        msg: message,
        ...details,
      }),
    )
  }
  return { info: write('info'), warn: write('warn'), error: write('error') }
}

/**
 * How long an exit waits for a logger. With the time for stdout and stderr it stays below the chart's margin
 * of 3 s.
 */
const FLUSH_MS = 1_000

/**
 * Lets a logger write what it has kept back, as pino does with its transports: `flush(callback)`. Never
 * rejects.
 */
export async function flushLogger(logger: Logger | false | undefined): Promise<void> {
  if (!logger || !('flush' in logger) || typeof logger.flush !== 'function') return
  const { flush } = logger
  const flushed = (): Promise<void> =>
    new Promise((resolve, reject) => catchRejection(Reflect.apply(flush, logger, [resolve]), reject))
  await limited(flushed, FLUSH_MS)
}

/** A logger that a failing logger behind it, synchronous or not, cannot break the shutdown with. */
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

/** What a logger fails with: there is nowhere left to say it. */
const ignore = (): void => {}
