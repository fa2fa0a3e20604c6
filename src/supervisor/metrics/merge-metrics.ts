import { type Family, parseFamilies } from './families.ts'
import { writeSample } from './sample.ts'

/**
 * Merges texts into one of the format 0.0.4, which has every metric once: Prometheus refuses a text that
 * names the type of a metric twice. The first text that knows help or type of a metric decides it.
 */
export function mergeMetrics(texts: readonly string[]): string {
  const merged = new Map<string, Family>()
  for (const family of texts.flatMap(parseFamilies)) {
    const before = merged.get(family.name)
    merged.set(family.name, {
      name: family.name,
      help: before?.help ?? family.help,
      type: before?.type ?? family.type,
      samples: [...(before?.samples ?? []), ...family.samples],
    })
  }
  return writeFamilies([...merged.values()])
}

/**
 * The part of a text that stays true when its process has ended: counters and histograms. A sum over all
 * generations would otherwise fall at every restart.
 */
export function keepCounters(text: string): string {
  return writeFamilies(parseFamilies(text).filter(({ type }) => type === 'counter' || type === 'histogram'))
}

function writeFamilies(families: readonly Family[]): string {
  return families.map(writeFamily).join('')
}

function writeFamily({ name, help, type, samples }: Family): string {
  const lines = [
    ...(help === undefined ? [] : [`# HELP ${name} ${help}`]),
    ...(type === undefined ? [] : [`# TYPE ${name} ${type}`]),
    ...samples.map(writeSample),
  ]
  return lines.map((line) => `${line}\n`).join('')
}
