import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunFacts } from '../../src/rollout/run-facts.ts'
import { judgeRun } from '../../src/rollout/verdict.ts'
import { describeWatch } from '../../src/rollout/watched-restarts.ts'
import { makeFacts } from '../helpers/run-facts.ts'

const at = (ms: number): { wallMs: number; monotonicMs: number } => ({ wallMs: ms, monotonicMs: ms })

/** Two rollouts: from 3 s until 8 s, and from 8 s until 12 s, the second without a drain. */
function facts(stallMs: number, ...times: readonly number[]): RunFacts {
  const made = makeFacts({ health: { stalls: times.map((ms) => ({ at: at(ms), ms: stallMs })) } })
  const second = { name: 'rollout' as const, startedAt: at(8_000), endedAt: at(12_000) }
  return { ...made, restarts: 2, phases: [...made.phases.slice(0, 3), second] }
}

for (const [what, unwatched, run] of [
  ['none without a stall', 0, facts(100)],
  ['none for stalls that are shorter than the outage that has to be seen', 0, facts(99.9, 4_000, 9_000)],
  ['none for stalls before and after them', 0, facts(100, 2_900, 12_000)],
  ['one for several stalls in it', 1, facts(100, 4_000, 5_000, 7_899)],
  ['one for a stall that reaches into it', 1, facts(100, 2_901)],
  ['each that a stall spans', 2, facts(200, 7_900)],
  ['one without a drain until its own end', 1, facts(100, 11_999)],
] as const) {
  test(`judgeRun counts as unwatched restarts ${what}`, () => {
    assert.equal(judgeRun(run).unwatchedRestarts, unwatched)
  })
}

test('describeWatch says how many of several restarts were not watched, in the words of the trigger', () => {
  const describe = (run: RunFacts): string | undefined => describeWatch(judgeRun(run).unwatchedRestarts, run)
  const one = facts(200, 4_000)
  const begin = 'The load generator stalled for 100 ms or longer in'
  assert.equal(describe(one), `${begin} 1 of 2 rollouts.`)
  assert.equal(describe({ ...one, trigger: 'evict' }), `${begin} 1 of 2 rounds of evictions.`)
  assert.equal(describe(facts(200, 7_900)), `${begin} 2 of 2 rollouts.`)
  assert.equal(describe(facts(200)), undefined)
  assert.equal(describe({ ...one, restarts: 1 }), undefined)
})
