import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ErrorCode, errorTable, LastcallError } from '../../src/core/errors.ts'

const rows = Object.entries(errorTable) as [ErrorCode, string][]

for (const [code, title] of rows) {
  test(`${code} has a title, a code that starts with LASTCALL_, and an error that carries both`, () => {
    assert.match(code, /^LASTCALL_[A-Z]+(_[A-Z]+)*$/)
    assert.match(title, /[^.:]$/, 'no final punctuation')
    const error = new LastcallError(code, ['first'])
    assert.equal(error.code, code)
    assert.equal(error.message, `${title}: first`)
    assert.equal(error.name, 'LastcallError')
    assert.ok(error instanceof Error)
  })
}

test('no title is used twice', () => {
  assert.equal(new Set(rows.map(([, title]) => title)).size, rows.length)
})

test('the codes of version 0.1 keep their names: users compare them', () => {
  const published = [
    'LASTCALL_INVALID_OPTIONS',
    'LASTCALL_NOT_A_SERVER',
    'LASTCALL_ALREADY_STARTED',
    'LASTCALL_ALREADY_SHUT_DOWN',
    'LASTCALL_PROBE_PORT',
    'LASTCALL_DUPLICATE_NAME',
    'LASTCALL_TIMEOUT',
  ]
  for (const code of published) assert.ok(code in errorTable, code)
})

test('several problems are a list in the message and in problems', () => {
  const error = new LastcallError('LASTCALL_INVALID_OPTIONS', ['first', 'second'])
  assert.deepEqual(error.problems, ['first', 'second'])
  assert.match(error.message, /:\n {2}- first\n {2}- second$/)
})

test('the cause is kept when there is one, and absent when there is none', () => {
  const cause = new Error('behind')
  assert.equal(new LastcallError('LASTCALL_TIMEOUT', ['x'], cause).cause, cause)
  assert.equal('cause' in new LastcallError('LASTCALL_TIMEOUT', ['x']), false)
})
