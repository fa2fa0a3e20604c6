import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RunningLoad, startLoad } from '../../src/load/engine.ts'
import { defaultLoad, type LoadOptions } from '../../src/load/load-options.ts'
import { type LaneDocument, type LoadDocument, toLoadDocument } from '../../src/load/load-document.ts'
import type { LaneName, PickTarget } from '../../src/load/sample.ts'

/** One lane against whatever is picked, until the test ends. */
export function startLane(
  t: TestContext,
  lane: LaneName,
  pickTarget: PickTarget,
  options: Partial<LoadOptions> = {},
): RunningLoad {
  const load = startLoad(
    { ...defaultLoad, slowMs: 100, timeoutMs: 5_000, ratePerSecond: 100, ...options, lanes: [lane] },
    { pickTarget },
  )
  t.after(() => load.abandon())
  return load
}

/** What is known so far, in figures. */
export function documentOf(load: RunningLoad): LoadDocument {
  return toLoadDocument(load.record())
}

/** Resolves when the load has so many of something, with a bound. */
export async function untilLoad(
  load: RunningLoad,
  what: 'requests' | 'failed' | 'resent' | 'refused',
  count: number,
): Promise<void> {
  const countOf = ({ counts, ...lane }: LaneDocument): number =>
    what === 'requests' || what === 'failed' ? lane[what] : (counts[what] ?? 0)
  const soFar = (): number => documentOf(load).lanes.reduce((sum, lane) => sum + countOf(lane), 0)
  for (const end = performance.now() + 10_000; soFar() < count;) {
    assert.ok(performance.now() < end, `${soFar()} ${what} in 10 s, wanted ${count}`)
    await sleep(10)
  }
}
