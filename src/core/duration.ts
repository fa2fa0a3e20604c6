const unitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const

/**
 * Reads a duration from a command line or the environment: `500ms`, `5s`, `1.5m`, `1h`. `0` needs no unit.
 * @returns milliseconds, rounded to whole ones, or undefined when the text is not a duration
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text)
  if (!match) return undefined
  return Math.round(Number(match[1]) * unitsMs[match[2] as keyof typeof unitsMs])
}

/**
 * Writes milliseconds the way {@link parseDuration} reads them: in seconds when that is exact, else in
 * milliseconds.
 */
export function formatDuration(ms: number): string {
  return ms !== 0 && ms % 1_000 === 0 ? `${ms / 1_000}s` : ms === 0 ? '0s' : `${Math.round(ms)}ms`
}
