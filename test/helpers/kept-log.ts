import type { Logger } from '../../src/core/logger.ts'

/** A logger that keeps its lines. */
export interface KeptLog extends Logger {
  readonly lines: { readonly details: object; readonly message: string }[]
}

/** An empty one. */
export function keptLog(): KeptLog {
  const lines: KeptLog['lines'] = []
  const keep = (details: object, message: string): void => void lines.push({ details, message })
  return { lines, info: keep, warn: keep, error: keep }
}
