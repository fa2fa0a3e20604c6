import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { eventually } from '../../helpers/eventually.ts'
import { httpGet } from '../../helpers/http-get.ts'
import { startSupervised, type Supervised, type SupervisedOptions } from '../../helpers/supervised.ts'

interface Probed {
  readonly supervised: Supervised
  probe(path: string): Promise<number>
  /** Each series of `/metrics` with its value. */
  metrics(): Promise<ReadonlyMap<string, string>>
}

async function probed(t: TestContext, options: SupervisedOptions = {}): Promise<Probed> {
  const supervised = await startSupervised(t, { probes: true, ...options })
  const { probePort } = supervised
  await supervised.serves(1)
  return {
    supervised,
    probe: async (path) => (await httpGet(probePort, path)).status,
    async metrics() {
      const { body } = await httpGet(probePort, '/metrics')
      return new Map(
        [...body.matchAll(/^([^# ]\S*) (\S+)$/gm)].map(([, name = '', value = '']) => [name, value]),
      )
    },
  }
}

test('readiness and liveness stay green through a restart, also a bad one', async (t) => {
  const { supervised, probe } = await probed(t)
  for (const [release, outcome] of [
    [{ version: '2' }, 'completed'],
    [{ version: '3', behaviour: 'ends at once' }, 'failed'],
  ] as const) {
    supervised.release(release)
    const seen = new Set<number>()
    let isOver = false
    const restart = supervised.restart().finally(() => (isOver = true))
    while (!isOver) for (const path of ['/readyz', '/livez']) seen.add(await probe(path))
    assert.equal(await restart, outcome)
    assert.deepEqual([...seen], [200])
  }
})

test('SIGTERM: readiness fails at once, and everything is served, until the delay is over', async (t) => {
  const { supervised, probe } = await probed(t, { release: { version: '1', shutdownDelayMs: 3_000 } })
  assert.equal(await probe('/readyz'), 200)
  supervised.child.kill('SIGTERM')
  await eventually('readiness has failed', async () => (await probe('/readyz')) === 503)
  assert.equal(await probe('/livez'), 200)
  assert.equal((await supervised.get()).generation, '1')
  assert.equal(supervised.child.process.exitCode, null)
  assert.deepEqual(await supervised.child.exit(), { code: 0, signal: null })
})

test('liveness fails while the event loop of the generation that serves is stuck', async (t) => {
  const { supervised, probe } = await probed(t)
  const { pid } = await supervised.get()
  process.kill(pid, 'SIGSTOP')
  try {
    assert.equal(await probe('/livez'), 503)
  } finally {
    process.kill(pid, 'SIGCONT')
  }
  await eventually('it answers again', async () => (await probe('/livez')) === 200)
})

test('metrics: counters of a generation survive its end, and each result of a restart is counted', async (t) => {
  const { supervised, metrics } = await probed(t, {
    args: ['--pre-start', '! grep -q refused "$RELEASE"', '--soak', '2s'],
  })
  const counter = 'lastcall_forced_closes_total{kind="request",generation="1"}'
  const gauge = 'lastcall_work_in_flight{generation="1"}'
  const before = await metrics()
  assert.deepEqual([before.get(counter), before.get(gauge)], ['0', '0'])
  supervised.release({ version: '2' })
  assert.equal(await supervised.restart(), 'completed')
  await eventually('the old generation has ended', async () => (await supervised.status()).ended.length === 1)
  supervised.release({ version: 'refused' })
  assert.equal(await supervised.restart(), 'failed')
  supervised.release({ version: '3' })
  const restart = supervised.restart()
  await supervised.serves(3)
  await eventually('the new generation answers', async () => (await supervised.get()).version === '3')
  await supervised.get('/end').catch(() => undefined)
  assert.equal(await restart, 'rolled-back')
  const after = await metrics()
  assert.equal(after.get('lastcall_supervisor_generation'), '2')
  for (const result of ['completed', 'failed', 'rolled_back'])
    assert.equal(after.get(`lastcall_supervisor_restarts_total{result="${result}"}`), '1', result)
  assert.deepEqual([after.get(counter), after.get(gauge)], ['0', undefined])
})
