import { readFileSync } from 'node:fs'
import { optionRules } from '../../src/core/option-rules.ts'
import { formatDuration } from '../../src/core/duration.ts'
import type { Table } from './markdown.ts'

const kubernetes = { KUBERNETES_SERVICE_HOST: '10.0.0.1' }

/** What the absence of a default comes to. */
const absent: Readonly<Record<string, string>> = {
  gracePeriodMs: 'unknown',
  logger: 'JSON lines on stderr',
}

/**
 * Every option with its variable, its default and the first words of its comment in `src/core/options.ts`.
 */
export function optionsTable(): Table {
  const meanings = readMeanings()
  const rows = Object.entries(optionRules).map(([name, { env, fallback }]) => {
    const here = describeDefault(name, fallback({}))
    const there = describeDefault(name, fallback(kubernetes))
    const value = here === there ? here : `${there} in Kubernetes, else ${here}`
    return [`\`${name}\``, env === undefined ? '-' : `\`${env}\``, value, meanings.get(name) ?? '']
  })
  return [['option', 'environment', 'default', 'meaning'], ...rows]
}

function describeDefault(name: string, value: unknown): string {
  if (value === undefined) return absent[name] ?? '-'
  if (Array.isArray(value)) return value.map((item) => `\`${item}\``).join(', ')
  if (typeof value !== 'number') return `\`${String(value as string | boolean)}\``
  if (!name.endsWith('Ms')) return String(value)
  return value === 0 ? '0' : formatDuration(value).replace(/(?<=\d)(?=[a-z])/, ' ')
}

/**
 * The comments of `LifecycleOptions`, without what they say of variable and default, which is read from the
 * rules instead.
 */
function readMeanings(): ReadonlyMap<string, string> {
  const source = readFileSync(new URL('../../src/core/options.ts', import.meta.url), 'utf8')
  const comments = source.matchAll(/\/\*\*((?:(?!\*\/).)+)\*\/\s+readonly (\w+)\?:/gs)
  return new Map([...comments].map(([, text = '', name = '']) => [name, firstSentence(unwrap(text))]))
}

function unwrap(comment: string): string {
  return comment
    .replaceAll(/\n\s*\*?/g, ' ')
    .replaceAll(/ +/g, ' ')
    .trim()
}

function firstSentence(text: string): string {
  return text.replace(/\. .*$/s, '').replace(/\.$/, '')
}
