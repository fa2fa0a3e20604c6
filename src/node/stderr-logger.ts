import type { Logger } from '../core/logger.ts'
import type { Host } from './host.ts'

/** The default logger: one JSON object a line on stderr, where the kubelet collects it and a program's own output stays clean. */
export function stderrLogger(host: Host): Logger {
  const write = (level: string) => (details: object, message: string) => {
    host.writeError(
      JSON.stringify({
        level,
        time: new Date(host.now()).toISOString(),
        name: 'lastcall',
        msg: message,
        ...details,
      }),
    )
  }
  return { info: write('info'), warn: write('warn'), error: write('error') }
}

/** A logger that a failing logger behind it cannot break the shutdown with. */
export function guardedLogger(logger: Logger | false): Logger {
  const call = (level: keyof Logger) => (details: object, message: string) => {
    if (logger === false) return
    try {
      logger[level](details, message)
    } catch {
      // There is nowhere left to say it.
    }
  }
  return { info: call('info'), warn: call('warn'), error: call('error') }
}
