import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createClockBridge, errorMsOf } from '../../../../src/rollout/drivers/kubernetes/clock-bridge.ts'

const at = (wallMs: number): { wallMs: number; monotonicMs: number } => ({ wallMs, monotonicMs: 0 })

suite('createClockBridge()', () => {
  test('takes the clocks for equal as long as that may be', () => {
    const clock = createClockBridge()
    assert.equal(clock.aheadMs(), 0)
    clock.caused(1_200, at(1_000))
    clock.heard(1_300, at(1_350))
    assert.equal(clock.aheadMs(), 0)
  })

  test('a line that is written after it arrived comes from a clock that is ahead', () => {
    const clock = createClockBridge()
    clock.heard(11_000, at(1_050))
    clock.heard(12_000, at(2_010))
    assert.equal(clock.aheadMs(), 9_990)
    assert.deepEqual(clock.toHere(11_500, { wallMs: 2_000, monotonicMs: 700 }), {
      wallMs: 1_510,
      monotonicMs: 210,
    })
  })

  test('says how far apart the clocks may still be', () => {
    const clock = createClockBridge()
    assert.equal(errorMsOf(clock.aheadMs(), clock.bounds()), Infinity)
    clock.caused(1_900, at(1_000))
    clock.heard(1_300, at(1_350))
    assert.equal(errorMsOf(clock.aheadMs(), clock.bounds()), 900)
    clock.caused(2_010, at(2_000))
    assert.equal(errorMsOf(clock.aheadMs(), clock.bounds()), 50)
    clock.heard(2_004, at(2_000))
    assert.deepEqual([clock.aheadMs(), errorMsOf(clock.aheadMs(), clock.bounds())], [4, 6])
  })

  test('an effect that is seen before its cause comes from a clock that is behind', () => {
    const clock = createClockBridge()
    clock.caused(1_000, at(8_000))
    clock.caused(3_000, at(9_990))
    assert.equal(clock.aheadMs(), -7_000)
  })
})
