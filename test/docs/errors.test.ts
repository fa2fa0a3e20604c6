import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { errorTable } from '../../src/core/errors.ts'
import { readSource, readSources } from '../helpers/source-graph.ts'
import { readPage } from './pages.ts'

const sources = readSources('src')

/** The docstring of a member of the `Lifecycle` interface. */
function docstringOf(member: string): string {
  const { text } = readSource('src/node/types.ts')
  const lifecycle = text.slice(text.indexOf('export interface Lifecycle '))
  const at = lifecycle.search(new RegExp(`\\n  ${member}[<(]`))
  assert.ok(at > 0, `Lifecycle has no ${member}()`)
  return lifecycle.slice(lifecycle.lastIndexOf('/**', at), at)
}

/** What each call of a lifecycle refuses; the tests of refusals make each of them happen. */
const refusals: Readonly<Record<string, readonly string[]>> = {
  serve: [
    'LASTCALL_NOT_A_SERVER',
    'LASTCALL_SERVER_TAKEN',
    'LASTCALL_DUPLICATE_NAME',
    'LASTCALL_INVALID_OPTIONS',
  ],
  onStop: ['LASTCALL_DUPLICATE_NAME', 'LASTCALL_INVALID_OPTIONS'],
  check: ['LASTCALL_DUPLICATE_NAME', 'LASTCALL_INVALID_OPTIONS'],
  endpoint: ['LASTCALL_DUPLICATE_NAME', 'LASTCALL_INVALID_OPTIONS'],
  signalFor: ['LASTCALL_INVALID_OPTIONS'],
  hold: ['LASTCALL_INVALID_OPTIONS'],
  on: ['LASTCALL_INVALID_OPTIONS'],
  onSignal: ['LASTCALL_INVALID_OPTIONS'],
  once: ['LASTCALL_INVALID_OPTIONS'],
  start: ['LASTCALL_PROBE_PORT', 'LASTCALL_ALREADY_STARTED', 'LASTCALL_ALREADY_SHUT_DOWN'],
}

suite('errors', () => {
  for (const [call, codes] of Object.entries(refusals)) {
    test(`the docstring of ${call}() names every error of it`, () => {
      const [, thrown = ''] = docstringOf(call).split('@throws LastcallError')
      assert.deepEqual((thrown.match(/LASTCALL_[A-Z_]+/g) ?? []).toSorted(), codes.toSorted())
    })
  }

  test('every code of the table is thrown somewhere', () => {
    const text = sources.map((file) => file.text).join('\n')
    const unused = Object.keys(errorTable).filter(
      (code) => !new RegExp(`new LastcallError\\(\\s*'${code}'`).test(text),
    )
    assert.deepEqual(unused, [])
  })

  test('every code that a docstring promises is in the table', () => {
    const promised = sources.flatMap(({ path, text }) =>
      [...text.matchAll(/@throws LastcallError[^]*?(?=\*\/|@returns)/g)].flatMap(([thrown]) =>
        [...thrown.matchAll(/`(LASTCALL_\w+)`/g)].map(([, code = '']) => [path, code] as const),
      ),
    )
    assert.ok(promised.length > 20)
    assert.deepEqual(
      promised.filter(([, code]) => !(code in errorTable)),
      [],
    )
  })

  test('errors.md names the calls whose arguments it explains', () => {
    const page = readPage('docs/reference/errors.md')
    for (const call of Object.keys(refusals)) assert.ok(page.includes(`${call}()`), call)
  })
})
