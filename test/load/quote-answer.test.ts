import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quoteAnswer } from '../../src/load/quote-answer.ts'

const headers = { host: 'localhost', authorization: 'Bearer s3cret-token', 'x-tenant': '7' }

for (const [answer, quoted] of [
  ['no', 'no'],
  ['', '(empty body)'],
  ['first\nsecond', 'first'],
  ['{"authorization":"Bearer s3cret-token","host":"localhost"}', '{"authorization":"…","host":"localhost"}'],
  ['the token s3cret-token is not known to 7', 'the token … is not known to 7'],
  ['got {"pin":"1234"}', 'got …'],
  ['{"error":"cannot take {\\"pin\\":\\"1234\\"}"}', '{"error":"cannot take …"}'],
  ['a'.repeat(200), 'a'.repeat(120)],
] as const) {
  test(`quoteAnswer() repeats nothing that was sent: ${answer.slice(0, 60)}`, () => {
    assert.equal(quoteAnswer(answer, { headers, body: '{"pin":"1234"}' }), quoted)
  })
}
