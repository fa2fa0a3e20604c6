import { type Label, parseSample, type Sample, writeSample } from './sample.ts'

const GENERATION = 'generation'

/**
 * Adds the label `generation` to every sample of a text, and leaves all other lines as they are. Lines that
 * cannot be read are left out: Prometheus would refuse the whole text because of one of them.
 */
export function labelGeneration(text: string, generation: number): string {
  const lines = text.split(/\r?\n/).flatMap((line): readonly string[] => {
    if (/^\s*(#|$)/.test(line)) return [line]
    const sample = parseSample(line)
    return sample ? [writeSample(withGeneration(sample, generation))] : []
  })
  return lines.join('\n')
}

/** The program's own label of that name is kept under another, as Prometheus does it (`honor_labels`). */
function withGeneration({ labels, ...sample }: Sample, generation: number): Sample {
  const names = labels.map(([name]) => unquoted(name))
  let other = GENERATION
  while (names.includes(other)) other = `exported_${other}`
  const kept = labels.map(([name, value]): Label => [unquoted(name) === GENERATION ? other : name, value])
  return { ...sample, labels: [...kept, [GENERATION, `"${generation}"`]] }
}

const unquoted = (name: string): string => name.replace(/^"(.*)"$/, '$1')
