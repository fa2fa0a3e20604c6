import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readSources } from './helpers/source-graph.ts'

const { printWidth } = JSON.parse(readFileSync(new URL('../.prettierrc.json', import.meta.url), 'utf8')) as {
  printWidth: number
}

/** Prettier does not wrap texts. This much fits beside a review. */
const MAX_COLUMNS = 140

/** Comments that are wider than the code may be, with their places. Prettier leaves comments as they are. */
function tooWide(path: string, text: string): readonly string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      /^\s*(?:\/\/|\/?\*)/.test(line) && line.length > printWidth ? [`${path}:${index + 1}`] : [],
    )
}

test('tooWide() sees comments of every form, and no code', () => {
  const words = 'word '.repeat(printWidth / 5)
  const text = ['', `// ${words}`, ` * ${words}`, `  /** ${words}*/`, `call('${words}')`].join('\n')
  assert.deepEqual(tooWide('a.ts', text), ['a.ts:2', 'a.ts:3', 'a.ts:4'])
})

test('comments are wrapped at the print width', () => {
  const sources = readSources('src', 'test', 'e2e', 'bench', 'scripts', 'examples')
  const own = sources.filter(({ path }) => !path.includes('/.next/'))
  assert.ok(own.length > 500)
  assert.deepEqual(
    own.flatMap(({ path, text }) => tooWide(path, text)),
    [],
  )
})

test(`no line of src has more than ${MAX_COLUMNS} columns`, () => {
  const wide = readSources('src').flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (line.length > MAX_COLUMNS ? [`${path}:${index + 1}`] : [])),
  )
  assert.deepEqual(wide, [])
})
