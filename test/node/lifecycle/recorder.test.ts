import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InFlightKind } from '../../../src/core/in-flight.ts'
import type { ForcedClose, Report } from '../../../src/core/report.ts'
import { Recorder } from '../../../src/node/lifecycle/recorder.ts'
import { Servers } from '../../../src/node/drain/servers/servers.ts'
import type { ServerSnapshot } from '../../../src/node/types.ts'
import { exampleTiming } from '../../helpers/example-shutdown.ts'
import { fakeAdapter, snapshotOf } from '../../helpers/fake-adapter.ts'
import { makeLifecycle } from '../../helpers/lifecycle.ts'

/** More than the stack has room for as arguments of one call (about 125,000 in Node 22 to 26). */
const MANY = 200_000

const closes = (count: number, kind: InFlightKind): readonly ForcedClose[] =>
  Array.from({ length: count }, (_, index) => ({ kind, server: 'main', ageMs: index }))

const reportOf = (recorder: Recorder, servers: readonly ServerSnapshot[] = []): Report =>
  recorder.report({ exitCode: 1, reason: 'test', now: 0 }, servers, { hooks: [], workers: [] })

test('forced closes are counted whole, however many come at once, and the first 1,000 are listed', () => {
  const recorder = new Recorder()
  recorder.addForced(closes(MANY, 'request'))
  recorder.addForced(closes(2, 'upgrade'))
  assert.equal(recorder.forcedCloses, MANY + 2)
  const { forcedCloses, trimmed } = reportOf(recorder)
  assert.deepEqual([forcedCloses.total, forcedCloses.byKind], [MANY + 2, { request: MANY, upgrade: 2 }])
  assert.deepEqual(forcedCloses.details, closes(1_000, 'request'))
  assert.equal(trimmed, true)
  assert.deepEqual(recorder.snapshot('stopped', [], null, 0).forcedCloses, { request: MANY, upgrade: 2 })
})

test('a report that lists every forced close is not trimmed', () => {
  const recorder = new Recorder()
  recorder.addForced(closes(1_000, 'stream'))
  assert.equal(reportOf(recorder).forcedCloses.details.length, 1_000)
  assert.equal('trimmed' in reportOf(recorder), false)
})

test('what servers force-close at once may be more than the stack has room for', () => {
  const servers = new Servers(10_000)
  for (const name of ['main', 'server-2']) {
    servers.add(fakeAdapter(name, { forceClose: () => closes(MANY, 'request') }))
  }
  const recorder = new Recorder()
  recorder.addForced(servers.forceClose())
  assert.equal(reportOf(recorder).forcedCloses.total, 2 * MANY)
})

test('a shutdown with more holds than the stack has room for ends, counts them and exits with 1', async (t) => {
  const { lifecycle, host, log } = makeLifecycle(t, { probePort: false, drainTimeoutMs: 1_000 })
  await lifecycle.start()
  for (let index = 0; index < MANY; index++) lifecycle.hold('job')
  const report = lifecycle.shutdown()
  host.clock.advance(1_000)
  const { forcedCloses, exitCode } = await report
  assert.deepEqual([forcedCloses.total, forcedCloses.details.length, exitCode], [MANY, 1_000, 1])
  assert.deepEqual(
    log.filter(({ level }) => level === 'error').map(({ message }) => message.slice(0, 17)),
    ['lastcall: stopped'],
  )
})

test('lastNewConnectionMs is the latest connection of all servers since the shutdown began, else null', () => {
  const recorder = new Recorder()
  recorder.record({ ...initiated, at: 1_000 }, 0)
  const at = (...moments: readonly (number | null)[]): number | null =>
    reportOf(
      recorder,
      moments.map((moment) => snapshotOf('main', { lastNewConnectionAt: moment })),
    ).lastNewConnectionMs
  assert.equal(at(), null)
  assert.equal(at(null, null), null)
  assert.equal(at(999), null)
  assert.equal(at(1_000), 0)
  assert.equal(at(1_200, null, 1_700, 1_300), 700)
})

const initiated = {
  type: 'shutdownInitiated',
  state: 'delaying',
  reason: 'test',
  inFlight: 0,
  timing: exampleTiming,
} as const
