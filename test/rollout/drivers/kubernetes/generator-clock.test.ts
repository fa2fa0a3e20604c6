import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createClockBridge } from '../../../../src/rollout/drivers/kubernetes/clock-bridge.ts'
import {
  createGeneratorClock,
  type GeneratorClock,
} from '../../../../src/rollout/drivers/kubernetes/generator-clock.ts'

const at = (wallMs: number): { wallMs: number; monotonicMs: number } => ({ wallMs, monotonicMs: 0 })

/**
 * An observer and a generator whose clocks are ahead of this machine's by these, asked for the time at 1,000;
 * each sees the question and is heard after its lag.
 */
function askedClocks(observerMs: number, generatorMs: number, lagMs: number): GeneratorClock {
  const observer = createClockBridge()
  const generator = createGeneratorClock(observer)
  for (const [clock, aheadMs] of [
    [observer, observerMs],
    [generator, generatorMs],
  ] as const) {
    const seenMs = 1_000 + lagMs
    clock.caused(seenMs + aheadMs, at(1_000))
    clock.heard(seenMs + aheadMs, at(seenMs + lagMs))
  }
  return generator
}

suite('createGeneratorClock()', () => {
  test("a clock that may agree with the observer's is taken for it, however wrong both are", () => {
    const clock = askedClocks(5_000, 5_015, 20)
    assert.equal(clock.aheadMs(), 4_980)
    assert.equal(clock.errorMs(), 55)
  })

  test("a clock that cannot agree with the observer's is brought to it", () => {
    const clock = askedClocks(5_000, 2_000, 20)
    assert.equal(clock.aheadMs(), 1_980)
    assert.equal(clock.errorMs(), 40)
    assert.equal(clock.toHere(3_000, at(1_500)).wallMs, 1_020)
  })

  test('quicker answers make the clocks known better', () => {
    assert.equal(askedClocks(0, 7_000, 200).errorMs(), 400)
    assert.equal(askedClocks(0, 7_000, 2).errorMs(), 4)
  })
})
