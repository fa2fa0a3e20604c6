import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { collectMetrics } from '../../../src/integrations/prom-client/index.ts'
import { metricsText } from '../../../src/node/lifecycle/metrics-text.ts'
import type { Lifecycle, Snapshot } from '../../../src/node/types.ts'
import { testWith } from '../../helpers/needs.ts'
import { lintMetrics } from '../prom-client/promtool.ts'

const server = (name: string): Snapshot['servers'][number] => ({
  name,
  scheme: 'http',
  inFlight: { request: 1, stream: 0, upgrade: 2 },
  oldestInFlightMs: { request: 1_234, stream: 0, upgrade: 0.5 },
  connections: { active: 1, idle: 30 },
  lastNewConnectionAt: 1_700_000_000_123,
})

const snapshot: Snapshot = {
  state: 'draining',
  servers: [server('main'), server(String.raw`C:\new "one"` + '\nor two')],
  lastNewConnectionAt: 1_700_000_000_123,
  shutdownStartedAt: null,
  budgetLeftMs: -1,
  phasesMs: { delaying: 2_000 },
  requestsAfterShutdown: { delaying: 7 },
  forcedCloses: {},
  workInFlight: 1,
}

/** The lines of a page; clients of Prometheus separate metrics by blank ones. */
const linesOf = (page: string): readonly string[] => page.split('\n').filter((line) => line !== '')

test('metricsText() writes what prom-client writes, names that need escaping among it', async () => {
  const register = new Registry()
  collectMetrics({ snapshot: () => snapshot } as Lifecycle, { register, path: false })
  const { body, contentType } = metricsText(snapshot)
  assert.deepEqual(linesOf(body), linesOf(await register.metrics()))
  assert.equal(contentType, register.contentType)
  assert.match(body, /\n$/)
})

testWith('promtool')('promtool has nothing against metricsText()', () => {
  assert.equal(lintMetrics(metricsText(snapshot).body), '')
})
