import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Driver } from '../../../../src/rollout/driver.ts'
import { createLocalDriver } from '../../../../src/rollout/drivers/local/driver.ts'
import type { LocalOptions } from '../../../../src/rollout/drivers/local/local-options.ts'
import { createTimeline, type Timeline } from '../../../../src/rollout/timeline.ts'
import { localOptions } from '../../../helpers/local-options.ts'

async function start(t: TestContext, given: LocalOptions): Promise<{ driver: Driver; timeline: Timeline }> {
  const timeline = createTimeline()
  const driver = createLocalDriver(given, timeline)
  t.after(() => driver.stop())
  await driver.start()
  return { driver, timeline }
}

const kindsOf = (timeline: Timeline, pod: string): readonly string[] =>
  timeline.events.filter((event) => event.pod === pod).map((event) => event.kind)

async function restart(driver: Driver): Promise<void> {
  await driver.restart()
  await driver.oldPodsGone()
}

test('createLocalDriver starts the new pod, waits until it is ready, and only then ends the old one', async (t) => {
  const { driver, timeline } = await start(t, localOptions('careful-app'))
  await restart(driver)
  const steps = timeline.events.map((event) => `${event.pod} ${event.kind}`)
  assert.deepEqual(steps, [
    'pod-1 pod-started',
    'pod-1 pod-ready',
    'pod-2 pod-started',
    'pod-2 pod-ready',
    'pod-1 pod-deleted',
    'pod-1 pod-signalled',
    'pod-1 pod-exited',
  ])
  assert.deepEqual(
    driver.pods().map(({ ending, state }) => [ending, state]),
    [
      ['clean', 'gone'],
      ['running', 'ready'],
    ],
  )
})

test('createLocalDriver waits for the preStop time before it signals', async (t) => {
  const given = localOptions('careful-app')
  const { driver, timeline } = await start(t, { ...given, budget: { ...given.budget, preStopMs: 300 } })
  await driver.restart()
  assert.equal(kindsOf(timeline, 'pod-1').at(-1), 'pre-stop-started')
  await driver.oldPodsGone()
  const [pod] = driver.pods()
  const waitedMs = pod!.signalledAt!.monotonicMs - pod!.deletedAt!.monotonicMs
  assert.ok(waitedMs >= 299 && waitedMs < 3_000, `${waitedMs} ms`)
})

test('createLocalDriver kills a pod that does not end within the grace period', async (t) => {
  const { driver, timeline } = await start(t, localOptions('deaf-app'))
  await restart(driver)
  const [pod] = driver.pods()
  assert.deepEqual([pod!.ending, pod!.local!.exitSignal], ['killed', 'SIGKILL'])
  assert.ok(pod!.exitedAt!.monotonicMs - pod!.signalledAt!.monotonicMs >= 1_999)
  assert.ok(kindsOf(timeline, 'pod-1').includes('pod-killed'))
  assert.match(pod!.output.join(), /not listening/)
})

for (const [app, ending, detail] of [
  ['handlerless-app', 'unhandled-signal', 'ended by SIGTERM'],
  ['careful-app', 'clean', 'exit code 0'],
] as const) {
  test(`createLocalDriver tells the end by an unhandled SIGTERM from an exit code: ${app}`, async (t) => {
    const { driver, timeline } = await start(t, localOptions(app))
    await restart(driver)
    assert.equal(driver.pods()[0]!.ending, ending)
    const exited = timeline.events.find(({ kind, pod }) => kind === 'pod-exited' && pod === 'pod-1')
    assert.equal(exited?.detail, detail)
  })
}

test('createLocalDriver names a wrapper that ends after SIGTERM while its server lives on', async (t) => {
  const script = `'${process.execPath}' test/fixtures/careful-app.ts; true`
  const { driver } = await start(t, { ...localOptions('careful-app'), command: ['sh', '-c', script] })
  await restart(driver)
  assert.deepEqual([driver.pods()[0]!.ending, driver.pods()[0]!.local!.exitSignal], ['wrapper', 'SIGTERM'])
})

test('createLocalDriver calls no wrapper what leaves a child behind that serves nothing', async (t) => {
  const script = `
    require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    const server = require('node:http').createServer().listen(process.env.PORT, '127.0.0.1')
    process.on('SIGTERM', () => server.close(() => process.exit(0)))`
  const command = [process.execPath, '-e', script]
  const { driver } = await start(t, { ...localOptions('careful-app'), command })
  await restart(driver)
  assert.equal(driver.pods()[0]!.ending, 'clean')
})

test("createLocalDriver reads the pod's own report, as the kubelet reads a termination message", async (t) => {
  const { driver } = await start(t, localOptions('reporting-app'))
  await restart(driver)
  const [pod] = driver.pods()
  assert.deepEqual([pod!.ending, pod!.exitCode, pod!.forceClosed], ['exit-code', 1, 2])
})

test('createLocalDriver gives each pod its name, its ports and the times of the shutdown', async (t) => {
  const names = [
    'PORT',
    'H2_PORT',
    'POD_NAME',
    'HOSTNAME',
    'LASTCALL_PROBE_PORT',
    'LASTCALL_SHUTDOWN_DELAY',
    'LASTCALL_READINESS_FAIL_DELAY',
  ]
  const times = [
    'LASTCALL_DRAIN_TIMEOUT',
    'LASTCALL_HOOKS_TIMEOUT',
    'LASTCALL_PRE_STOP',
    'LASTCALL_GRACE_PERIOD',
    'LASTCALL_TERMINATION_LOG',
  ]
  const script = `for (const name of ${JSON.stringify([...names, ...times])}) console.log(name, process.env[name]); process.exit(3)`
  const driver = createLocalDriver(
    { ...localOptions('careful-app'), command: [process.execPath, '-e', script] },
    createTimeline(),
  )
  t.after(() => driver.stop())
  await assert.rejects(driver.start(), { code: 'LASTCALL_APP_NOT_READY' })
  const [pod] = driver.pods()
  const env = Object.fromEntries(pod!.output.map((line) => line.split(' ')))
  const { LASTCALL_TERMINATION_LOG: log, ...rest } = env
  assert.match(log as string, /pod-1\.termination-log$/)
  assert.deepEqual(rest, {
    PORT: String(pod!.local!.port),
    H2_PORT: String(pod!.local!.http2Port),
    POD_NAME: 'pod-1',
    HOSTNAME: 'pod-1',
    LASTCALL_PROBE_PORT: String(pod!.local!.probePort),
    LASTCALL_SHUTDOWN_DELAY: '100ms',
    LASTCALL_READINESS_FAIL_DELAY: '0s',
    LASTCALL_DRAIN_TIMEOUT: '500ms',
    LASTCALL_HOOKS_TIMEOUT: '0s',
    LASTCALL_PRE_STOP: '0s',
    LASTCALL_GRACE_PERIOD: '2s',
  })
})

for (const [app, words] of [
  ['exiting-app', /ended with exit code 7 before it was ready[^]*\| no database, no service/],
  ['silent-app', /did not listen on its port \d+ within 800ms[^]*\| thinking/],
  ['unready-app', /GET \/readyz on port \d+ answered 503 \(database: down\)/],
  ['careful-app', /nobody answered GET \/readyz on port \d+ \(LASTCALL_PROBE_PORT\).*--readiness/],
] as const) {
  test(`createLocalDriver says why a pod does not become ready: ${app}`, async (t) => {
    const given = {
      ...localOptions(app),
      readiness: { kind: 'probe-server' } as const,
      readyTimeoutMs: app === 'exiting-app' ? 10_000 : 800,
    }
    const driver = createLocalDriver(given, createTimeline())
    t.after(() => driver.stop())
    await assert.rejects(driver.start(), words)
    assert.equal(driver.pods()[0]!.ending, 'not-ready')
  })
}

test('createLocalDriver says that a command cannot be started', async (t) => {
  const driver = createLocalDriver(
    { ...localOptions('careful-app'), command: ['no-such-program'] },
    createTimeline(),
  )
  t.after(() => driver.stop())
  await assert.rejects(driver.start(), /'no-such-program' cannot be started \(spawn no-such-program ENOENT\)/)
})

test('createLocalDriver says that a command in quotes is no program', async (t) => {
  const command = ['node server.js']
  const driver = createLocalDriver({ ...localOptions('careful-app'), command }, createTimeline())
  t.after(() => driver.stop())
  await assert.rejects(
    driver.start(),
    /'node server\.js'; remove the quotes: lastcall rehearse -- node server\.js$/,
  )
})

test('createLocalDriver starts a pod again on other ports when another program took its port, and says so', async (t) => {
  const timeline = createTimeline()
  const script = `
    if (process.env.POD_NAME === 'pod-1') throw Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' })
    require('node:http').createServer().listen(process.env.PORT, '127.0.0.1')`
  const driver = createLocalDriver(
    { ...localOptions('careful-app'), command: [process.execPath, '-e', script] },
    timeline,
  )
  t.after(() => driver.stop())
  await driver.start()
  assert.deepEqual(
    driver.pods().map(({ ending }) => ending),
    ['port-taken', 'running'],
  )
  assert.match(
    timeline.events.find((event) => event.kind === 'notice')!.detail!,
    /was taken by another program/,
  )
})
