import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readTable } from '../../scripts/docs/markdown.ts'
import * as defaults from '../../src/core/defaults.ts'
import { errorTable } from '../../src/core/errors.ts'
import { eventNames } from '../../src/core/event.ts'
import { optionRules } from '../../src/core/option-rules.ts'
import { stateNames } from '../../src/core/state.ts'
import { assertSameNames, plain } from './compare.ts'
import { headingsOf, readPage, sectionOf } from './pages.ts'

const unquoted = (headings: readonly string[]): readonly string[] =>
  plain(headings.filter((heading) => heading.startsWith('`')))

const firstColumn = (page: string, heading: string): readonly string[] =>
  plain(
    readTable(sectionOf(page, heading))
      .slice(1)
      .map(([cell = '']) => cell),
  )

suite('docs/reference', () => {
  test('options.md has a section for every option', () => {
    const page = 'docs/reference/options.md'
    assertSameNames(page, unquoted(headingsOf(page, 2)), Object.keys(optionRules))
  })

  test('errors.md has a section for every code, which begins with its title', () => {
    const page = 'docs/reference/errors.md'
    assertSameNames(page, unquoted(headingsOf(page, 2)), Object.keys(errorTable))
    for (const [code, title] of Object.entries(errorTable)) {
      const [, , begin = ''] = sectionOf(page, `\`${code}\``).split('\n')
      assert.ok(begin.startsWith(`_${title}._ `), `${page}: ${code} does not begin with "_${title}._"`)
    }
  })

  test('events.md has a row for every state and every event, in their order', () => {
    const page = 'docs/reference/events.md'
    assert.deepEqual(firstColumn(page, 'States'), stateNames)
    assert.deepEqual(firstColumn(page, 'Events'), eventNames)
  })

  test('limits that the pages state are those of the code', () => {
    const { TERMINATION_MESSAGE_MAX_BYTES: bytes, DEFAULT_PROBE_PORT: port } = defaults
    assert.ok(readPage('docs/reference/report.md').includes(`after ${bytes} bytes`))
    assert.ok(readPage('docs/reference/options.md').includes(`at most ${bytes} bytes`))
    assert.ok(readPage('docs/guides/http.md').includes(`port ${port};`))
  })
})
