import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { LastcallError } from '../../src/core/errors.ts'
import { noChanges } from '../../src/load/lane-changes.ts'
import type { LoadOptions } from '../../src/load/load-options.ts'
import type { LoadRecord } from '../../src/load/load-record.ts'
import { getOf } from '../../src/load/plain-request.ts'
import type { Driver } from '../../src/rollout/driver.ts'
import { createTimeline, type Timeline } from '../../src/rollout/timeline.ts'
import { eventually } from '../helpers/eventually.ts'

/** A place for pods whose application loses nothing and answers what the load sends. */
export interface DriverFixture {
  open(timeline: Timeline): Driver
  /** The same, but no pod of a restart becomes ready. */
  openStuck(timeline: Timeline): Driver
  /** Its lanes are `new-connections` and `slow`. */
  readonly load: LoadOptions
  /** What the timeline shows in the middle of a restart. Default: pod-deleted */
  readonly middle?: 'pod-unready'
  /** What is there of the driver, in words: its processes, files, objects. */
  leftOf(driver: Driver): Promise<readonly string[]>
}

interface Opened {
  readonly driver: Driver
  readonly timeline: Timeline
}

/** All requests that ended. */
function requestsIn(record: LoadRecord | undefined): number {
  return (record?.lanes ?? []).flatMap(({ slots }) => slots).reduce((sum, { requests }) => sum + requests, 0)
}

/** What every driver has to do, whatever its pods are. */
export function testDriver(name: string, fixture: DriverFixture): void {
  const open = (t: TestContext, how: 'open' | 'openStuck' = 'open'): Opened => {
    const timeline = createTimeline()
    const driver = fixture[how](timeline)
    t.after(() => driver.stop())
    return { driver, timeline }
  }
  const start = async (t: TestContext, how?: 'openStuck'): Promise<Opened> => {
    const opened = open(t, how)
    await opened.driver.start()
    return opened
  }
  const serving = (driver: Driver): readonly string[] =>
    driver
      .pods()
      .filter(({ state }) => state === 'ready')
      .map((pod) => pod.name)

  suite(`the contract of a driver: ${name}`, () => {
    test('start() resolves when every pod is ready', async (t) => {
      const { driver } = await start(t)
      assert.ok(driver.replicas() > 0)
      assert.equal(driver.pods().length, driver.replicas())
      for (const pod of driver.pods()) {
        assert.deepEqual([pod.state, pod.ending, pod.deletedAt], ['ready', 'running', undefined])
        assert.ok(pod.readyAt!.monotonicMs >= pod.startedAt.monotonicMs)
      }
    })

    test('selfTest() finds nothing against lanes that can run', async (t) => {
      const { driver } = await start(t)
      assert.deepEqual(await driver.selfTest(fixture.load), noChanges)
    })

    test('selfTest() says which lanes change, and refuses a route that is not there', async (t) => {
      const { driver } = await start(t)
      const load: LoadOptions = {
        ...fixture.load,
        lanes: ['new-connections', 'keep-alive', 'slow'],
        unasked: ['keep-alive'],
        paths: { ...fixture.load.paths, echo: '/no-such-route', slow: '/' },
      }
      const { leftOut, fellBack } = await driver.selfTest(load)
      assert.deepEqual(
        [...fellBack, ...leftOut].map(({ lane }) => lane),
        ['keep-alive', 'slow'],
      )
      const requests = { 'new-connections': [getOf('/no-such-route')] }
      await assert.rejects(driver.selfTest({ ...load, requests }), { code: 'LASTCALL_SELF_TEST' })
    })

    test('restart() replaces every pod under load, and oldPodsGone() resolves when the old ones have ended', async (t) => {
      const { driver } = await start(t)
      const load = await driver.startLoad(fixture.load, noChanges)
      const old = serving(driver)
      await driver.restart()
      const ready = serving(driver)
      await driver.oldPodsGone()
      const record = await load.stop()
      const { failures, leftOut, fellBack } = record
      assert.deepEqual(
        ready.filter((pod) => old.includes(pod)),
        [],
      )
      assert.equal(ready.length, driver.replicas())
      for (const pod of driver.pods().filter((each) => old.includes(each.name))) {
        assert.deepEqual([pod.state, pod.ending, pod.exitCode, pod.output], ['gone', 'clean', 0, []])
        assert.ok(pod.exitedAt!.monotonicMs >= pod.deletedAt!.monotonicMs)
      }
      assert.deepEqual([failures, leftOut, fellBack], [[], [], []])
      assert.ok(requestsIn(record) > 0)
    })

    test('startLoad() sends until it is stopped, and its record has what the self-test changed', async (t) => {
      const { driver } = await start(t)
      const instead = fixture.load.requests['new-connections']?.[0] ?? getOf('/')
      const changes = {
        leftOut: [{ lane: 'slow', reason: 'it is not slow' }],
        fellBack: [{ lane: 'keep-alive', reason: 'nothing echoes', instead }],
        leftOutOperations: [{ operation: 'GET /none', reason: 'it is not there' }],
      }
      const lanes = ['new-connections', 'keep-alive']
      const load = await driver.startLoad({ ...fixture.load, lanes }, changes)
      await eventually('ten requests', () => requestsIn(load.record()) >= 10)
      const record = await load.stop()
      const { leftOut, fellBack, leftOutOperations, failures } = record
      assert.deepEqual({ leftOut, fellBack, leftOutOperations }, changes)
      assert.deepEqual(failures, [])
      assert.deepEqual(
        record.lanes.map(({ lane }) => lane),
        lanes,
      )
      assert.equal(requestsIn(load.record()), requestsIn(record))
    })

    test('abandon() counts nothing from then on, so that the end of the pods is no failure', async (t) => {
      const { driver } = await start(t)
      const load = await driver.startLoad(fixture.load, noChanges)
      await eventually('ten requests', () => requestsIn(load.record()) >= 10)
      load.abandon()
      const seen = requestsIn(load.record())
      await driver.stop()
      assert.deepEqual([requestsIn(load.record()), load.record()?.failures], [seen, []])
    })

    test('the timeline has every step of a pod with both clocks, as its record has', async (t) => {
      const wallMs = Date.now()
      const monotonicMs = performance.now()
      const { driver, timeline } = await start(t)
      await driver.restart()
      await driver.oldPodsGone()
      assert.ok(timeline.events.length > 0)
      for (const { at } of timeline.events) {
        assert.ok(at.wallMs >= wallMs - 1 && at.wallMs <= Date.now() + 1)
        assert.ok(at.monotonicMs >= monotonicMs && at.monotonicMs <= performance.now())
      }
      for (const pod of driver.pods()) {
        const timeOf = (kind: string): object | undefined =>
          timeline.events.find((event) => event.pod === pod.name && event.kind === kind)?.at
        const { startedAt, readyAt, deletedAt, exitedAt } = pod
        assert.deepEqual(
          { startedAt, readyAt, deletedAt, exitedAt },
          {
            startedAt: timeOf('pod-started'),
            readyAt: timeOf('pod-ready'),
            deletedAt: timeOf('pod-deleted'),
            exitedAt: timeOf('pod-exited'),
          },
        )
      }
    })

    test('restart() rejects when no new pod becomes ready, and the old pods serve on', async (t) => {
      const { driver } = await start(t, 'openStuck')
      const old = serving(driver)
      await assert.rejects(driver.restart(), (error) => {
        assert.ok(error instanceof LastcallError)
        assert.ok(error.problems.length > 0)
        return true
      })
      await driver.oldPodsGone()
      assert.deepEqual(serving(driver), old)
      assert.ok(driver.pods().some(({ ending }) => ending === 'not-ready'))
    })

    test('stop() leaves nothing, in the middle of a restart under load as well', async (t) => {
      const { driver, timeline } = await start(t)
      await driver.startLoad(fixture.load, noChanges)
      const restarted = Promise.allSettled([driver.restart()])
      const { middle = 'pod-deleted' } = fixture
      await eventually('the middle of a restart', () => timeline.events.some(({ kind }) => kind === middle))
      assert.notDeepEqual(await fixture.leftOf(driver), [])
      await driver.stop()
      assert.deepEqual(await fixture.leftOf(driver), [])
      assert.equal((await restarted)[0].status, 'rejected')
      await driver.stop()
      assert.deepEqual(await fixture.leftOf(driver), [])
    })

    test('killAll() leaves nothing, without waiting for it', async (t) => {
      const { driver } = await start(t)
      await driver.startLoad(fixture.load, noChanges)
      driver.killAll()
      await eventually('nothing is left', async () => (await fixture.leftOf(driver)).length === 0)
    })

    test('stop() of a driver that was never started leaves nothing', async (t) => {
      const { driver } = open(t)
      await driver.stop()
      assert.deepEqual([await fixture.leftOf(driver), driver.pods()], [[], []])
    })
  })
}
