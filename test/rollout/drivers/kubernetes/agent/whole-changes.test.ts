import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { noChanges, shownChanges } from '../../../../../src/load/lane-changes.ts'
import { defaultLoad } from '../../../../../src/load/load-options.ts'
import { getOf } from '../../../../../src/load/plain-request.ts'
import { wholeChanges } from '../../../../../src/rollout/drivers/kubernetes/agent/whole-changes.ts'

const cart = { ...getOf('/cart'), method: 'POST', body: 'secret' }
const load = {
  ...defaultLoad,
  lanes: ['new-connections', 'keep-alive'],
  requests: { 'new-connections': [cart] },
  ratePerSecond: 1,
}
const found = { ...noChanges, fellBack: [{ lane: 'keep-alive', reason: 'no echo', instead: cart }] }

suite('wholeChanges()', () => {
  test("has the request of this generator's own self-test, with its body", () => {
    assert.deepEqual(wholeChanges(load, shownChanges(found), found), found)
  })

  test('what only another generator found has the same request, and what only this one found is dropped', () => {
    assert.deepEqual(wholeChanges(load, shownChanges(found), noChanges), found)
    assert.deepEqual(wholeChanges(load, noChanges, found), noChanges)
  })
})
