import type { Logger } from '../core/logger.ts'
import { terminalLine } from '../node/host/terminal-line.ts'
import { type CliIo, isColoured } from './io.ts'

/**
 * The log of `lastcall run` on stderr: lines for people on a terminal, elsewhere one JSON object a line, as
 * the library writes them.
 * @param quiet leaves out everything but warnings and errors
 */
export function createRunLog(
  { stderr, env }: Pick<CliIo, 'stderr' | 'env'>,
  { quiet, color }: { readonly quiet: boolean; readonly color: boolean },
): Logger {
  // The exit code is that of the program: a line that cannot be written must not change it.
  stderr.removeAllListeners('error').on('error', () => undefined)
  const colors = isColoured(stderr, env, color)
  const write = (level: keyof Logger) => (details: object, message: string) => {
    if (quiet && level === 'info') return
    const now = new Date()
    const line =
      stderr.isTTY === true
        ? terminalLine({ level, now, message, details, colors })
        : JSON.stringify({ level, time: now.toISOString(), name: 'lastcall', msg: message, ...details })
    stderr.write(`${line}\n`)
  }
  return { info: write('info'), warn: write('warn'), error: write('error') }
}
