import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { defaultLoad } from '../../src/load/load-options.ts'
import type { RunFacts } from '../../src/rollout/run-facts.ts'
import { type Run, startRun } from '../../src/rollout/run.ts'
import type { Timeline } from '../../src/rollout/timeline.ts'
import { createFakeDriver, type FakeDriver } from '../helpers/fake-driver.ts'

const options = {
  load: { ...defaultLoad, lanes: ['new-connections'], ratePerSecond: 100 },
  trigger: 'none',
  restarts: 1,
  baselineMs: 2 ** 30,
  coolDownMs: 0,
} as const

interface Observed {
  readonly run: Run
  readonly driver: FakeDriver
  readonly timeline: Timeline
}

function observe(durationMs: number): Observed {
  const driver = createFakeDriver()
  let timeline: Timeline | undefined
  const open = (its: Timeline): FakeDriver => {
    timeline = its
    return driver
  }
  const run = startRun({ ...options, durationMs }, open, () => undefined)
  return { run, driver, timeline: timeline! }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const inPhase = async (run: Run, phase: string): Promise<void> => {
  while (run.phase() !== phase) await turn()
}
const namesOf = ({ phases }: RunFacts): string => phases.map(({ name }) => name).join(' ')

suite('startRun() with the trigger none', () => {
  test('restarts nothing, and without a change there is no rollout', async () => {
    const { run, driver } = observe(50)
    const facts = await run.finished
    assert.deepEqual(driver.calls, ['start', 'stop'])
    assert.equal(namesOf(facts), 'start self-test baseline cool-down')
    assert.deepEqual([facts.trigger, facts.restarts], ['none', 0])
  })

  test('the rollout begins when the first change happened, not when it was seen', async () => {
    const { run, driver, timeline } = observe(300)
    await inPhase(run, 'baseline')
    const { monotonicMs, wallMs } = timeline.events.at(-1)!.at
    await new Promise((resolve) => setTimeout(resolve, 60))
    timeline.record('pod-ready', { pod: 'a' })
    timeline.record('notice', { detail: 'nothing of a pod' })
    await turn()
    assert.equal(run.phase(), 'baseline')
    const at = { monotonicMs: monotonicMs + 10, wallMs: wallMs + 10 }
    timeline.record('pod-deleted', { pod: 'a', at })
    timeline.record('pod-deleted', { pod: 'b' })
    await inPhase(run, 'rollout')
    const facts = await run.finished
    assert.equal(namesOf(facts), 'start self-test baseline rollout drain cool-down')
    const [baseline, rollout] = facts.phases.slice(2)
    assert.deepEqual([baseline?.endedAt, rollout?.startedAt], [at, at])
    assert.deepEqual(driver.calls, ['start', 'oldPodsGone', 'stop'])
  })

  test('a change from before the baseline is no reason to begin earlier than that', async () => {
    const { run, timeline } = observe(100)
    await inPhase(run, 'baseline')
    timeline.record('pod-exited', { pod: 'a', at: { monotonicMs: 0, wallMs: 0 } })
    const { phases } = await run.finished
    assert.deepEqual(phases[3]?.startedAt, phases[2]?.startedAt)
  })
})
