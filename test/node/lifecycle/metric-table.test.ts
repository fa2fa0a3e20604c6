import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type MetricSample, metricTable } from '../../../src/node/lifecycle/metric-table.ts'
import type { Snapshot } from '../../../src/node/types.ts'
import { snapshotOf } from '../../helpers/fake-adapter.ts'

const nothing: Snapshot = {
  state: 'starting',
  workInFlight: 0,
  servers: [],
  lastNewConnectionAt: null,
  shutdownStartedAt: null,
  budgetLeftMs: null,
  phasesMs: {},
  requestsAfterShutdown: {},
  forcedCloses: {},
}

/** Every number differs from every other, so that none can stand for another. */
const everything: Snapshot = {
  state: 'draining',
  workInFlight: 19,
  servers: [
    snapshotOf('main', {
      inFlight: { request: 1, stream: 2, upgrade: 3 },
      oldestInFlightMs: { request: 4_500, stream: 5_500, upgrade: 6_500 },
      connections: { active: 7, idle: 8 },
      lastNewConnectionAt: 9_000,
    }),
    snapshotOf('admin', { oldestInFlightMs: { request: 10_500, stream: 0, upgrade: 0 } }),
  ],
  lastNewConnectionAt: 11_500,
  shutdownStartedAt: 12_500,
  budgetLeftMs: -13_500,
  phasesMs: { delaying: 14_500, draining: 15_500 },
  requestsAfterShutdown: { delaying: 16 },
  forcedCloses: { request: 17, work: 18 },
}

const samplesOf = (name: string, snapshot: Snapshot): readonly MetricSample[] =>
  metricTable.find((metric) => metric.name === name)!.samples(snapshot)

/** A sample in one line: the values of its labels, and its value. */
const lines = (name: string, snapshot: Snapshot): readonly string[] =>
  samplesOf(name, snapshot).map(({ labels, value }) => [...Object.values(labels), value].join(' '))

const expected: Readonly<Record<string, readonly string[]>> = {
  requests_in_flight: [
    'main request 1',
    'main stream 2',
    'main upgrade 3',
    'admin request 0',
    'admin stream 0',
    'admin upgrade 0',
  ],
  oldest_in_flight_seconds: [
    'main request 4.5',
    'main stream 5.5',
    'main upgrade 6.5',
    'admin request 10.5',
    'admin stream 0',
    'admin upgrade 0',
  ],
  work_in_flight: ['19'],
  connections: ['main active 7', 'main idle 8', 'admin active 0', 'admin idle 0'],
  state: ['starting 0', 'ready 0', 'unready 0', 'delaying 0', 'draining 1', 'stopping 0', 'stopped 0'],
  shutdown_started_timestamp_seconds: ['12.5'],
  shutdown_budget_left_seconds: ['-13.5'],
  phase_duration_seconds: ['delaying 14.5', 'draining 15.5', 'stopping 0'],
  requests_after_shutdown_total: ['delaying 16', 'draining 0', 'stopping 0'],
  forced_closes_total: ['request 17', 'stream 0', 'upgrade 0', 'work 18'],
  last_new_connection_timestamp_seconds: ['11.5'],
}

test('every metric has its expectation here', () => {
  assert.deepEqual(
    metricTable.map(({ name }) => name),
    Object.keys(expected),
  )
})

for (const [name, samples] of Object.entries(expected)) {
  test(`${name} has the numbers of the snapshot, in base units`, () => {
    assert.deepEqual(lines(name, everything), samples)
  })
}

test('a moment that has not come has no sample, and what counts or lasts is 0', () => {
  for (const name of Object.keys(expected).filter((metric) => /timestamp|budget/.test(metric)))
    assert.deepEqual(lines(name, nothing), [], name)
  for (const name of ['phase_duration_seconds', 'requests_after_shutdown_total', 'forced_closes_total'])
    assert.ok(
      samplesOf(name, nothing).length > 0 && samplesOf(name, nothing).every(({ value }) => value === 0),
    )
})
