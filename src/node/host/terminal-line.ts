import { stripVTControlCharacters, styleText } from 'node:util'
import type { Logger } from '../../core/logger.ts'

/** One log line before it is written. */
export interface LineParts {
  readonly level: keyof Logger
  readonly now: Date
  readonly message: string
  readonly details: object
  readonly colors: boolean
}

const styles = { info: 'dim', warn: 'yellow', error: 'red' } as const

/**
 * A log line for people: time of day, message, and details as `name=value`. For an event, the message is its
 * name. The report itself goes to the terminal only when something was lost; its message sums it up.
 */
export function terminalLine({ level, now, message, details, colors }: LineParts): string {
  const pairs = Object.entries(details)
    .filter(
      ([name, value]) => name !== 'event' && value !== undefined && !(name === 'report' && level === 'info'),
    )
    .map(([name, value]) => `${name}=${oneLine(value)}`)
  const time = now.toTimeString().slice(0, 8)
  const text = [message, ...pairs].join(' ')
  return colors ? `${color('dim', time)} ${color(styles[level], text)}` : `${time} ${text}`
}

/** The caller knows whether the target stream supports colors. */
const color = (style: 'dim' | 'yellow' | 'red', text: string): string =>
  styleText(style, text, { validateStream: false })

/** Escapes control characters: a value must not move the cursor of a terminal. */
const oneLine = (value: unknown): string =>
  stripVTControlCharacters(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll(
    /\p{Cc}/gu,
    ' ',
  )
