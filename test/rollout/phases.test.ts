import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { joinPhases, type PhaseName, type PhaseRecord } from '../../src/rollout/phases.ts'
import { recordOf } from '../helpers/records.ts'
import { makeSample } from '../helpers/samples.ts'

const error = { code: 'ECONNREFUSED', message: 'refused', stage: 'connect' } as const

/** Phases that follow each other, from these moments on. */
function phasesAt(...starts: readonly (readonly [PhaseName, number])[]): readonly PhaseRecord[] {
  const at = (wallMs: number): { wallMs: number; monotonicMs: number } => ({ wallMs, monotonicMs: 0 })
  return starts.map(([name, ms], index) => ({
    name,
    startedAt: at(ms),
    endedAt: at(starts[index + 1]?.[1] ?? ms + 1),
  }))
}

const endingAt = (wallMs: number, failed = false): ReturnType<typeof makeSample> =>
  makeSample({ startedAt: { wallMs, monotonicMs: 0 }, endMs: 0, ...(failed && { error }) })

test('joinPhases counts requests under the phase in which they ended, and those of a second rollout under the same name', () => {
  const samples = [endingAt(950), endingAt(1_100, true), endingAt(2_500), endingAt(3_500, true)]
  const phases = phasesAt(
    ['start', 0],
    ['baseline', 500],
    ['rollout', 1_000],
    ['drain', 2_000],
    ['rollout', 3_000],
  )
  const { failed, requests, lanes } = joinPhases([recordOf(samples, ['new-connections'])], phases)
  assert.deepEqual([failed, requests], [2, 4])
  const figures = Object.entries(lanes[0]!.phases).map(([name, one]) => [name, one.requests, one.failed])
  assert.deepEqual(figures, [
    ['baseline', 1, 0],
    ['rollout', 2, 2],
    ['drain', 1, 0],
  ])
})

test('joinPhases never counts what a rollout does for the phase before it', () => {
  const phases = phasesAt(['baseline', 0], ['rollout', 1_010])
  const [lane] = joinPhases([recordOf([endingAt(1_012, true)], ['new-connections'])], phases).lanes
  assert.deepEqual([lane!.phases.baseline, lane!.phases.rollout?.failed], [undefined, 1])
})

test('joinPhases counts every request in exactly one phase, however short the phases are', () => {
  const lengths = fc.array(fc.nat(400), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(lengths, fc.array(fc.nat(4_000), { maxLength: 60 }), (phaseLengths, ends) => {
      let ms = 1_000
      const starts = phaseLengths.map((length, index) => {
        const start = ms
        ms += length
        return [index === 0 ? 'baseline' : index % 2 === 1 ? 'rollout' : 'drain', start] as const
      })
      const samples = ends.map((end, index) => endingAt(end, index % 3 === 0))
      const half = Math.floor(samples.length / 2)
      const records = [samples.slice(0, half), samples.slice(half)] as const
      const [one, other] = records.map((part) => recordOf(part, ['new-connections']))
      const [lane] = joinPhases([one!, other!], phasesAt(...starts)).lanes
      const all = Object.values(lane!.phases)
      const sum = (what: 'requests' | 'failed'): number => all.reduce((total, one) => total + one[what], 0)
      assert.deepEqual([sum('requests'), sum('failed')], [lane!.requests, lane!.failed])
      assert.equal(lane!.requests, ends.length)
      const gaps = all.map(({ longestGapMs }) => longestGapMs)
      assert.equal(Math.max(0, ...gaps), lane!.longestGapMs)
    }),
  )
})
