import { MAX_DURATION_MS } from '../core/defaults.ts'
import { parseDuration } from '../core/duration.ts'

/** Values of flags as the command line passed them. */
export type RawFlags = Readonly<Record<string, unknown>>

/** Reads flags and collects all problems, for one message. */
export interface FlagReader {
  readonly problems: string[]
  /** Whether the flag was on the command line. */
  has(flag: string): boolean
  /** A duration in milliseconds, of at least `leastMs` (default 0). */
  duration(flag: string, fallback: number, leastMs?: number): number
  /** A duration that may be absent. */
  optionalDuration(flag: string): number | undefined
  integer(flag: string, fallback: number, range: readonly [number, number]): number
  /** All values of a repeatable flag. */
  list(flag: string): readonly string[]
  /** Text without changes. */
  text(flag: string, fallback: string): string
  /** Names from a comma-separated list, each once. `all` means every known name. */
  names<Name extends string>(flag: string, known: readonly Name[], fallback: readonly Name[]): readonly Name[]
}

/** Name under which commander stores a flag: `expectStatus` for `expect-status`. */
export function keyOf(flag: string): string {
  return flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** A reader for commander's values. */
export function createFlagReader(raw: RawFlags): FlagReader {
  const problems: string[] = []
  const given = (flag: string): string | undefined => {
    const value = raw[keyOf(flag)]
    return typeof value === 'string' ? value : undefined
  }
  const optionalDuration = (flag: string): number | undefined => {
    const text = given(flag)
    if (text === undefined) return undefined
    const value = parseDuration(text)
    if (value === undefined)
      problems.push(`--${flag}: got '${text}', wanted a duration such as 500ms, 5s or 2m`)
    // Timers of Node would wait for less.
    else if (value > MAX_DURATION_MS)
      problems.push(`--${flag}: got '${text}', wanted a duration up to ${MAX_DURATION_MS}ms (24 days)`)
    return value
  }
  return {
    problems,
    has: (flag) => given(flag) !== undefined,
    optionalDuration,
    duration(flag, fallback, leastMs = 0) {
      const value = optionalDuration(flag) ?? fallback
      if (value < leastMs) problems.push(`--${flag}: got '${given(flag)}', wanted more than 0`)
      return value
    },
    integer(flag, fallback, [least, most]) {
      const text = given(flag)
      if (text === undefined) return fallback
      const value = Number(text)
      if (/^\d+$/.test(text) && value >= least && value <= most) return value
      problems.push(`--${flag}: got '${text}', wanted a whole number from ${least} to ${most}`)
      return fallback
    },
    list: (flag) => (raw[keyOf(flag)] as readonly string[] | undefined) ?? [],
    text: (flag, fallback) => given(flag) ?? fallback,
    names(flag, known, fallback) {
      const text = given(flag)
      if (text === undefined) return fallback
      if (text === 'all') return known
      const names = [...new Set(text.split(',').map((name) => name.trim()))]
      const wrong = names.filter((name) => !(known as readonly string[]).includes(name))
      if (wrong.length > 0) {
        problems.push(
          `--${flag}: there is no '${wrong.join("', '")}'; there are ${known.join(', ')}, and all`,
        )
      }
      return known.filter((name) => names.includes(name))
    },
  }
}
