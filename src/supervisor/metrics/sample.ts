/** A label with its value as it was written: quoted and escaped. The name may be quoted, too. */
export type Label = readonly [name: string, quotedValue: string]

/** A sample of a metric: one line of Prometheus' text format or of OpenMetrics. */
export interface Sample {
  /** As it was written; quoted when it is not a plain name. */
  readonly name: string
  readonly labels: readonly Label[]
  /** Value, timestamp and exemplar. */
  readonly rest: string
}

const plainName = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
// A backslash takes the next character with it, also a quote.
const quoted = /"(?:[^"\\]|\\.)*"/y
const number = String.raw`[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|inf|infinity|nan)`
const valueAndMore = new RegExp(`^${number}(?:[ \\t]+${number})?(?:[ \\t]+#[ \\t].*)?$`, 'i')

/** Reads a line; undefined when it is no sample. */
export function parseSample(line: string): Sample | undefined {
  const text = line.trim()
  const before = matchAt(plainName, text, 0)
  const open = skipSpaces(text, before.length)
  const none: Braces = { name: undefined, labels: [], end: before.length }
  const braces = text[open] === '{' ? readBraces(text, open + 1) : none
  const names = [before, braces?.name ?? ''].filter((name) => name !== '')
  const [name] = names
  if (!braces || name === undefined || names.length > 1) return undefined
  const rest = text.slice(braces.end).trim()
  return valueAndMore.test(rest) ? { name, labels: braces.labels, rest } : undefined
}

/** Writes a sample as a line. */
export function writeSample({ name, labels, rest }: Sample): string {
  const pairs = labels.map(([label, value]) => `${label}=${value}`)
  if (name.startsWith('"')) return `{${[name, ...pairs].join(',')}} ${rest}`
  return pairs.length === 0 ? `${name} ${rest}` : `${name}{${pairs.join(',')}} ${rest}`
}

interface Braces {
  /** The name of the metric, which is between the braces when it is quoted: `{"my.metric",a="b"}`. */
  readonly name: string | undefined
  readonly labels: readonly Label[]
  /** Where the line goes on. */
  readonly end: number
}

/** Reads labels up to their closing brace; undefined when they cannot be read. */
function readBraces(text: string, start: number): Braces | undefined {
  const labels: Label[] = []
  let name: string | undefined
  let at = skipSpaces(text, start)
  while (text[at] !== '}') {
    const word = matchAt(quoted, text, at) || matchAt(plainName, text, at)
    if (word === '') return undefined
    at = skipSpaces(text, at + word.length)
    if (text[at] === '=') {
      at = skipSpaces(text, at + 1)
      const value = matchAt(quoted, text, at)
      if (value === '') return undefined
      labels.push([word, value])
      at = skipSpaces(text, at + value.length)
    } else if (name === undefined && labels.length === 0 && word.startsWith('"')) {
      name = word
    } else {
      return undefined
    }
    if (text[at] === ',') at = skipSpaces(text, at + 1)
    else if (text[at] !== '}') return undefined
  }
  return { name, labels, end: at + 1 }
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

function skipSpaces(text: string, at: number): number {
  let end = at
  while (text[end] === ' ' || text[end] === '\t') end++
  return end
}
