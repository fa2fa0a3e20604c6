import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operationNotes } from '../../src/rollout/operation-notes.ts'
import { judgeLoad } from '../../src/rollout/load-verdict.ts'
import { toLoadDocument } from '../../src/load/load-document.ts'
import { recordOf } from '../helpers/records.ts'

test('operationNotes() names what was never sent, and what to do about it', () => {
  assert.deepEqual(operationNotes({}), [])
  assert.deepEqual(operationNotes({ operations: { planned: 4, unsent: [] } }), [])
  assert.deepEqual(operationNotes({ operations: { planned: 4, unsent: ['GET /a'] } }), [
    '1 of 4 operations was never sent: GET /a; give it more time with --duration or a higher --rate',
  ])
  const unsent = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `GET /${name}`)
  const [note = ''] = operationNotes({ operations: { planned: 1_200, unsent } })
  assert.match(note, /^7 of 1,200 operations were never sent: GET \/a, .*, GET \/e, and 2 more; give it more/)
})

test('the note is in the verdict', () => {
  const load = {
    ...toLoadDocument(recordOf([], ['keep-alive'])),
    operations: { planned: 1, unsent: ['GET /'] },
  }
  assert.match(judgeLoad(load).notes.join(), /^1 of 1 operation was never sent: GET \/;/)
})
