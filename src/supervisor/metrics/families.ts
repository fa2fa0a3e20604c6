import { parseSample, type Sample } from './sample.ts'

/** Types of the text format 0.0.4. */
export type FamilyType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped'

/** A metric with all of its samples, in the terms of the text format 0.0.4. */
export interface Family {
  readonly name: string
  readonly help: string | undefined
  /** Undefined when the text does not say it. */
  readonly type: FamilyType | undefined
  readonly samples: readonly Sample[]
}

interface OpenFamily {
  name: string
  help: string | undefined
  type: FamilyType | undefined
  readonly samples: Sample[]
}

const types: ReadonlyMap<string, FamilyType> = new Map([
  ['counter', 'counter'],
  ['gauge', 'gauge'],
  ['histogram', 'histogram'],
  ['summary', 'summary'],
  // Types that only OpenMetrics has.
  ['info', 'gauge'],
  ['stateset', 'gauge'],
])

/** In OpenMetrics the samples of these types have a longer name than their family. */
const openMetricsSuffixes: ReadonlyMap<string, string> = new Map([
  ['counter', '_total'],
  ['info', '_info'],
])

const about = /^#[ \t]+(HELP|TYPE)[ \t]+("(?:[^"\\]|\\.)*"|\S+)[ \t]?(.*)$/

const parts: Readonly<Partial<Record<FamilyType, RegExp>>> = {
  histogram: /^(.*)_(?:bucket|sum|count)$/,
  summary: /^(.*)_(?:sum|count)$/,
}

/**
 * Reads a text in Prometheus' format 0.0.4 or in OpenMetrics. What only OpenMetrics has becomes what 0.0.4
 * can say: exemplars and units are left out, and timestamps are in milliseconds. Lines that cannot be read
 * are left out.
 */
export function parseFamilies(text: string): readonly Family[] {
  const lines = text.split(/\r?\n/)
  const isOpenMetrics = lines.some((line) => line.trimEnd() === '# EOF')
  const families = new Map<string, OpenFamily>()
  const familyOf = (name: string): OpenFamily => {
    const found = families.get(name)
    if (found) return found
    const made: OpenFamily = { name, help: undefined, type: undefined, samples: [] }
    families.set(name, made)
    return made
  }
  const suffixes = isOpenMetrics ? suffixesOf(lines) : new Map<string, string>()
  for (const line of lines) {
    const [, keyword, name = '', rest = ''] = about.exec(line) ?? []
    if (keyword === undefined) {
      const sample = line.startsWith('#') ? undefined : parseSample(line)
      if (sample === undefined) continue
      const owner = ownerOf(sample.name, families, familyOf)
      owner.samples.push(withoutExemplar(sample, isOpenMetrics ? 1_000 : 1))
      continue
    }
    const family = familyOf(`${name}${suffixes.get(name) ?? ''}`)
    if (keyword === 'HELP') family.help ??= rest
    else family.type ??= types.get(rest.trim()) ?? 'untyped'
  }
  return [...families.values()]
}

/** What OpenMetrics appends to the names of families, by these names. */
function suffixesOf(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.flatMap((line): readonly (readonly [string, string])[] => {
      const [, name = '', type = ''] = /^# TYPE (\S+) (\w+)/.exec(line) ?? []
      const suffix = openMetricsSuffixes.get(type)
      return suffix === undefined ? [] : [[name, suffix]]
    }),
  )
}

function ownerOf(
  sample: string,
  families: ReadonlyMap<string, OpenFamily>,
  familyOf: (name: string) => OpenFamily,
): OpenFamily {
  for (const [type, pattern] of Object.entries(parts)) {
    const owner = families.get(pattern.exec(sample)?.[1] ?? '')
    if (owner?.type === type) return owner
  }
  return familyOf(sample)
}

/** @param factor from the unit of its timestamp to milliseconds */
function withoutExemplar(sample: Sample, factor: number): Sample {
  const [value = '', timestamp] = (sample.rest.split('#', 1)[0] ?? '').trim().split(/[ \t]+/)
  const ms = timestamp === undefined ? '' : ` ${Math.round(Number(timestamp) * factor)}`
  return { ...sample, rest: `${value}${ms}` }
}
