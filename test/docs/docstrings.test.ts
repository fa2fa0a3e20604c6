import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { optionRules } from '../../src/core/option-rules.ts'
import { readEntries, readSource, readSources } from '../helpers/source-graph.ts'
import { examples } from './examples.ts'

/** A value as TypeScript writes it. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  return typeof value === 'string' ? `'${value}'` : String(value)
}

const { text } = readSource('src/core/options.ts')
const declared = text.slice(
  text.indexOf('export interface LifecycleOptions'),
  text.indexOf('/** Options with'),
)

/** What `@default` of an option says. */
function saidDefault(option: string): string | undefined {
  const [, doc = ''] =
    new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s+readonly ${option}\\?:`).exec(declared) ?? []
  return /@default (.+)$/m.exec(doc)?.[1]
}

suite('docstrings of the public API', () => {
  for (const [name, { fallback }] of Object.entries(optionRules)) {
    test(`@default of ${name} is its default`, () => {
      const [outside, inside] = [fallback({}), fallback({ KUBERNETES_SERVICE_HOST: '10.0.0.1' })]
      const said = saidDefault(name)
      // Without a value there are only words.
      if (outside === undefined) assert.ok(said, name)
      else if (outside === inside) assert.equal(said, literal(outside))
      else assert.equal(said, `${literal(inside)} in Kubernetes, ${literal(outside)} elsewhere`)
    })
  }

  test('every function and class that an entry point exports has an @example', async () => {
    const sources = readSources('src')
    const bare: string[] = []
    for (const { subpath, source } of readEntries().filter((entry) => entry.subpath !== './auto')) {
      const module = (await import(new URL(`../../${source}`, import.meta.url).href)) as object
      for (const name of Object.keys(module)) {
        const declaration = new RegExp(`^export (?:async )?(?:function|class|const) ${name}\\b`, 'm')
        const place = sources.find(({ text: code }) => declaration.test(code))
        const has = examples.some(({ page, code }) => page === place?.path && code.includes(name))
        if (!has) bare.push(`lastcall${subpath.slice(1)}: ${name}`)
      }
    }
    assert.deepEqual(bare, [])
  })
})
