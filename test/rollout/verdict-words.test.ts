import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { triggerNames } from '../../src/rollout/trigger.ts'
import { judgeRun } from '../../src/rollout/verdict.ts'
import { makeFacts, makeLane } from '../helpers/run-facts.ts'

const requests = { baseline: 6_000, rollout: 4_000, drain: 6_000 }

suite('judgeRun() speaks of the trigger', () => {
  for (const [trigger, what, failed] of [
    ['restart', 'in 1 rollout (3 pods replaced)', 'after the first restart began'],
    ['scale-down', 'in 1 scale-down (3 pods replaced)', 'after the first scale-down began'],
    ['delete-pod', 'in 1 round of deletions (3 pods replaced)', 'after the first pod was deleted'],
    ['evict', 'in 1 round of evictions (3 pods replaced)', 'after the first pod was evicted'],
    ['drain-node', 'in 1 node drain (3 pods replaced)', 'after the first node drain began'],
    ['none', 'while the pods were only observed (3 pods went away)', 'after the first change of the pods'],
  ] as const) {
    test(trigger, () => {
      const lanes = [makeLane('new-connections', requests, { drain: 1 })]
      const { sentence, reasons } = judgeRun(makeFacts({ trigger, lanes }))
      assert.equal(sentence, `1 failed of 16,000 requests ${what}`)
      assert.deepEqual(reasons, [`1 request failed ${failed}`])
    })
  }

  test('that could not be finished, and of failures before it', () => {
    const lanes = [makeLane('new-connections', requests, { baseline: 1 })]
    const { reasons } = judgeRun(makeFacts({ trigger: 'evict', lanes, stuck: 'no disruption allowed' }))
    assert.match(reasons[0]!, /^1 request failed in the baseline, before any pod was evicted:/)
    assert.equal(reasons[1], 'the round of evictions could not be finished: no disruption allowed')
  })

  test('that never came: without a change of the pods nothing was proved', () => {
    const facts = makeFacts({ trigger: 'none' })
    const phases = facts.phases.filter(({ name }) => name === 'baseline')
    const { outcome, reasons } = judgeRun({ ...facts, phases })
    assert.equal(outcome, 'inconclusive')
    assert.match(reasons.join(), /^no pod came or went while the pods were observed/)
  })

  test('a restart in place, whose pods are generations at one address', () => {
    const lanes = [makeLane('new-connections', requests, { drain: 1 })]
    const facts = { ...makeFacts({ lanes }), inPlace: true, restarts: 3, replicas: 1 } as const
    const { sentence, reasons } = judgeRun(facts)
    assert.equal(sentence, '1 failed of 16,000 requests in 3 restarts in place (3 generations replaced)')
    assert.deepEqual(reasons, ['1 request failed after the first restart began'])
    assert.match(
      judgeRun({ ...facts, stuck: 'it ended' }).reasons.join(),
      /the restart in place could not be finished: it ended/,
    )
  })

  test('by its own words for each', () => {
    const sentences = triggerNames.map((trigger) => judgeRun(makeFacts({ trigger })).sentence)
    assert.equal(new Set(sentences).size, triggerNames.length)
  })
})

test('judgeRun has all new connections of a restart in place at one endpoint', () => {
  const few = { baseline: 100, rollout: 40, drain: 60 }
  const facts = { ...makeFacts({ lanes: [makeLane('new-connections', few)] }), inPlace: true } as const
  // ln(100) * 1 endpoint / 20 connections a second
  assert.equal(Math.round(judgeRun(facts).smallestOutageMs!), 230)
  assert.match(judgeRun({ ...facts, ratePerSecond: 40 }).reasons.join(), /231 ms.*raise --rate/)
  assert.match(
    judgeRun({ ...facts, ratePerSecond: 47 }).reasons.join(),
    /231 ms.*did not keep up with --rate 47/,
  )
})
