import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type Budget,
  budgetEndsAt,
  checkBudget,
  describeSum,
  killAfterSignalMs,
  requiredGraceMs,
} from '../../src/core/budget.ts'

const budget: Budget = {
  preStopMs: 5_000,
  shutdownDelayMs: 2_000,
  drainTimeoutMs: 15_000,
  hooksTimeoutMs: 500,
}
const ms = fc.integer({ min: 0, max: 100_000 })
const anyBudget = fc.record({ preStopMs: ms, shutdownDelayMs: ms, drainTimeoutMs: ms, hooksTimeoutMs: ms })

test('requiredGraceMs adds up all four parts', () => {
  assert.equal(requiredGraceMs(budget), 22_500)
})

test('describeSum shows each part and the sum', () => {
  assert.equal(
    describeSum(budget),
    'preStop 5s + shutdown delay 2s + drain timeout 15s + hooks timeout 500ms = 22500ms',
  )
})

test('checkBudget says nothing when the grace period is not known', () => {
  assert.deepEqual(checkBudget(budget, undefined), [])
})

test('checkBudget names the sum, the grace period and the whole seconds that would do', () => {
  const [problem, ...others] = checkBudget(budget, 20_000)
  assert.deepEqual(others, [])
  assert.ok(problem!.includes(describeSum(budget)))
  assert.match(problem!, /more than the grace period of 20s/)
  assert.match(problem!, /terminationGracePeriodSeconds to at least 23,/)
})

test('checkBudget complains exactly when the sum exceeds the grace period', () => {
  fc.assert(
    fc.property(anyBudget, ms, (parts, grace) => {
      assert.equal(checkBudget(parts, grace).length, requiredGraceMs(parts) > grace ? 1 : 0)
    }),
  )
})

test('the grace period that checkBudget asks for is enough', () => {
  fc.assert(
    fc.property(anyBudget, (parts) => {
      const [problem] = checkBudget(parts, -1)
      const seconds = Number(/at least (\d+)/.exec(problem!)![1])
      assert.deepEqual(checkBudget(parts, seconds * 1_000), [])
    }),
  )
})

test('killAfterSignalMs is the grace period without the whole seconds of the preStop hook', () => {
  assert.equal(killAfterSignalMs(30_000, 0), 30_000)
  assert.equal(killAfterSignalMs(30_000, 5_000), 25_000)
  assert.equal(killAfterSignalMs(30_000, 5_999), 25_000)
})

test('killAfterSignalMs leaves two seconds whatever the preStop hook took', () => {
  assert.equal(killAfterSignalMs(30_000, 29_000), 2_000)
  assert.equal(killAfterSignalMs(30_000, 60_000), 2_000)
  assert.equal(killAfterSignalMs(1_000, 0), 2_000)
})

test('the time of a shutdown is over at SIGKILL when a signal began it and the grace period is known', () => {
  const known = { signalledAt: 1_000, gracePeriodMs: 30_000, preStopMs: 5_000, lastDeadlineAt: 9_000 }
  assert.equal(budgetEndsAt(known), 26_000)
  assert.equal(budgetEndsAt({ ...known, preStopMs: 29_500 }), 3_000, 'the kubelet leaves 2 s')
})

test('the time of a shutdown is over at our own last deadline when nobody is known to kill', () => {
  const known = { signalledAt: 1_000, gracePeriodMs: 30_000, preStopMs: 5_000, lastDeadlineAt: 9_000 }
  assert.equal(budgetEndsAt({ ...known, gracePeriodMs: undefined }), 9_000)
  assert.equal(budgetEndsAt({ ...known, signalledAt: null }), 9_000)
})
