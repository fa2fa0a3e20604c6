import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LastcallError } from '../../src/core/errors.ts'
import { noChanges } from '../../src/load/lane-changes.ts'
import { defaultLoad } from '../../src/load/load-options.ts'
import type { Driver } from '../../src/rollout/driver.ts'
import { type Run, type RunOptions, startRun } from '../../src/rollout/run.ts'
import { createFakeDriver, type FakeDriver } from '../helpers/fake-driver.ts'
import { makePod } from '../helpers/run-facts.ts'

const options: RunOptions = {
  load: { ...defaultLoad, lanes: ['new-connections', 'slow'], ratePerSecond: 100 },
  restarts: 2,
  durationMs: undefined,
  baselineMs: 0,
  coolDownMs: 0,
}

function begin(steps: Partial<Driver> = {}, changes: Partial<RunOptions> = {}): [Run, FakeDriver] {
  const driver = createFakeDriver(steps)
  return [
    startRun(
      { ...options, ...changes },
      () => driver,
      () => undefined,
    ),
    driver,
  ]
}
const forEver = async (): Promise<never> => new Promise(() => undefined)
/** Until all promises that can settle have settled. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('startRun goes through its phases on any driver, and stops it', async () => {
  const [run, driver] = begin()
  const facts = await run.finished
  const names = ['start', 'self-test', 'baseline', 'rollout', 'drain', 'rollout', 'drain', 'cool-down']
  assert.deepEqual(
    facts.phases.map(({ name }) => name),
    names,
  )
  assert.deepEqual(
    facts.timeline.map(({ kind, detail }) => `${kind} ${detail}`),
    names.map((name) => `phase-started ${name}`),
  )
  assert.deepEqual(
    driver.calls.filter((call) => !call.startsWith('load')),
    ['start', 'restart', 'oldPodsGone', 'restart', 'oldPodsGone', 'stop'],
  )
  assert.deepEqual([facts.replicas, facts.restarts, facts.interruptedBy], [3, 2, undefined])
})

test('startRun takes the lanes out of the load that cannot run, and hands them on', async () => {
  const changes = { ...noChanges, leftOut: [{ lane: 'slow', reason: 'not slow' }] }
  const asked: unknown[] = []
  const { startLoad } = createFakeDriver()
  const [run] = begin({
    selfTest: async () => changes,
    async startLoad(load, known) {
      asked.push(load.lanes, known)
      return startLoad(load, known)
    },
  })
  await run.finished
  assert.deepEqual(asked, [['new-connections'], changes])
})

test('startRun ends after a rollout that cannot be finished, and its facts say why', async () => {
  const problem = 'pod-4 did not listen'
  const [run, driver] = begin({
    restart: async () => {
      throw new LastcallError('LASTCALL_APP_NOT_READY', [problem])
    },
  })
  const { stuck, restarts, phases } = await run.finished
  assert.deepEqual([stuck, restarts, phases.at(-1)?.name], [problem, 1, 'cool-down'])
  assert.equal(driver.calls.at(-1), 'stop')
})

test('startRun rejects with what went wrong before the load, and with faults, after the driver has stopped', async () => {
  const refused = new LastcallError('LASTCALL_SELF_TEST', ['GET / answered 404'])
  const fault = new TypeError('a fault of the driver')
  const cases: readonly (readonly [Error, Partial<Driver>])[] = [
    [refused, { selfTest: () => Promise.reject(refused) }],
    [fault, { restart: () => Promise.reject(fault) }],
  ]
  for (const [error, steps] of cases) {
    const [run, driver] = begin(steps)
    await assert.rejects(run.finished, error)
    assert.equal(driver.calls.at(-1), 'stop')
  }
})

test('startRun breaks off when the cluster fails under load, and its facts say why', async () => {
  const problem = 'the API server refused with 409 Conflict: try again'
  const failing = async (): Promise<never> => {
    throw new LastcallError('LASTCALL_CLUSTER', [problem])
  }
  for (const [phase, steps] of [
    ['rollout', { restart: failing }],
    ['drain', { oldPodsGone: failing }],
  ] as const) {
    const [run, driver] = begin(steps)
    const { interruptedBy, stuck, restarts, phases, load } = await run.finished
    assert.deepEqual([interruptedBy, stuck, restarts, phases.at(-1)?.name], [problem, undefined, 1, phase])
    assert.equal(load.failed, 0)
    assert.ok(load.requests > 0)
    assert.equal(driver.calls.at(-1), 'stop')
  }
  const [before] = begin({ start: failing })
  await assert.rejects(before.finished, { code: 'LASTCALL_CLUSTER' })
})

test('startRun keeps the report of an agent that is lost under load, also while it ends', async () => {
  const problem = 'the agent ended by itself, before it was told to'
  const losing = async (): Promise<never> => {
    throw new LastcallError('LASTCALL_AGENT', [problem])
  }
  const { startLoad } = createFakeDriver()
  for (const [phase, steps] of [
    ['rollout', { restart: losing }],
    ['cool-down', { startLoad: async (...of) => ({ ...(await startLoad(...of)), stop: losing }) }],
  ] as readonly (readonly [string, Partial<Driver>])[]) {
    const [run, driver] = begin(steps)
    const { interruptedBy, stuck, phases, load } = await run.finished
    assert.deepEqual([interruptedBy, stuck, phases.at(-1)?.name], [problem, undefined, phase])
    assert.ok(load.requests > 0)
    assert.equal(driver.calls.at(-1), 'stop')
  }
  const [before] = begin({ startLoad: losing })
  await assert.rejects(before.finished, { code: 'LASTCALL_AGENT' })
})

test('startRun hands on what the driver has left behind', async () => {
  const left = ["could not uncordon the node 'node-1'"]
  const [run] = begin({ leftBehind: () => left })
  assert.deepEqual((await run.finished).leftBehind, left)
  const [clean] = begin()
  assert.equal('leftBehind' in (await clean.finished), false)
})

test('startRun hands on what cannot be known from where its pods are observed', async () => {
  const unknown = ['it is not known when a pod stopped accepting connections']
  const [run] = begin({ unknown: () => unknown })
  assert.deepEqual((await run.finished).unknown, unknown)
  const [whole] = begin()
  assert.equal('unknown' in (await whole.finished), false)
})

for (const [phase, steps, restarts] of [
  ['start', { start: forEver }, 0],
  ['self-test', { selfTest: forEver }, 0],
  ['self-test', { startLoad: forEver }, 0],
  ['rollout', { restart: forEver }, 1],
  ['drain', { oldPodsGone: forEver }, 1],
] as const) {
  test(`interrupt() keeps what was seen until then: in ${Object.keys(steps).join()}()`, async () => {
    const pods = [makePod('pod-1', { state: 'ready', ending: 'running' })]
    const [run, driver] = begin({ ...steps, pods: () => pods })
    while (run.phase() !== phase) await settled()
    await settled()
    run.interrupt('SIGINT')
    run.interrupt('SIGTERM')
    const facts = await run.finished
    assert.deepEqual([facts.interruptedBy, facts.restarts, facts.pods], ['SIGINT', restarts, pods])
    assert.equal(facts.phases.at(-1)?.name, phase)
    assert.equal(driver.calls.at(-1), 'stop')
    // 7 failures, if the load was counted after the interruption.
    assert.equal(facts.load.failed, 0)
    assert.equal(facts.load.requests > 0, restarts > 0)
  })
}

test('interrupt() while a phase waits for its time ends it at once', async () => {
  const [run] = begin({}, { baselineMs: 2 ** 30 })
  while (run.phase() !== 'baseline') await settled()
  run.interrupt('SIGTERM')
  const { interruptedBy, phases } = await run.finished
  assert.deepEqual([interruptedBy, phases.at(-1)?.name], ['SIGTERM', 'baseline'])
})

test('interrupt() after the load has ended changes nothing: the run is complete', async () => {
  const [run] = begin({ stop: async () => run.interrupt('SIGINT') })
  const { interruptedBy, restarts } = await run.finished
  assert.deepEqual([interruptedBy, restarts], [undefined, 2])
})
