import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import type { Driver } from '../../../../src/rollout/driver.ts'
import { createInPlaceDriver } from '../../../../src/rollout/drivers/in-place/driver.ts'
import type { InPlaceOptions } from '../../../../src/rollout/drivers/in-place/in-place-options.ts'
import { createTimeline, type Timeline } from '../../../../src/rollout/timeline.ts'
import { eventually } from '../../../helpers/eventually.ts'
import { inPlaceOptions } from '../../../helpers/in-place-options.ts'

const plainServer = [
  process.execPath,
  '-e',
  "require('node:http').createServer().listen(process.env.PORT, '127.0.0.1')",
]

interface Opened {
  readonly driver: Driver
  readonly timeline: Timeline
}

function open(t: TestContext, given: InPlaceOptions): Opened {
  const timeline = createTimeline()
  const driver = createInPlaceDriver(given, timeline)
  t.after(() => driver.stop())
  return { driver, timeline }
}

async function start(t: TestContext, given: InPlaceOptions): Promise<Opened> {
  const opened = open(t, given)
  await opened.driver.start()
  return opened
}

test('createInPlaceDriver restarts in place: the new generation is ready before the old one leaves', async (t) => {
  const { driver, timeline } = await start(t, inPlaceOptions('in-place-app'))
  await driver.restart()
  await driver.oldPodsGone()
  assert.deepEqual(
    timeline.events.map(({ pod, kind }) => `${pod} ${kind}`),
    [
      'generation-1 pod-started',
      'generation-1 pod-ready',
      'generation-2 pod-started',
      'generation-2 pod-ready',
      'generation-1 pod-unready',
      'generation-1 pod-deleted',
      'generation-1 pod-signalled',
      'generation-1 pod-exited',
    ],
  )
  await eventually('its report is read', () => driver.pods()[0]!.report !== undefined)
  const [old, young] = driver.pods()
  assert.deepEqual([old!.ending, old!.exitCode, old!.report?.clean], ['clean', 0, true])
  assert.deepEqual([young!.ending, young!.state, young!.inPlace!.lastcall], ['running', 'ready', true])
  assert.notEqual(old!.inPlace!.pid, young!.inPlace!.pid)
  assert.equal(driver.replicas(), 1)
})

test('createInPlaceDriver reads the report of a generation whose hook fails, and its exit code', async (t) => {
  const { driver } = await start(t, inPlaceOptions('in-place-app', { BREAK: 'hook' }))
  for (const _ of [1, 2]) {
    await driver.restart()
    await driver.oldPodsGone()
  }
  await eventually('its report is read', () => driver.pods()[1]!.report !== undefined)
  const [first, second] = driver.pods()
  assert.deepEqual([first!.ending, first!.exitCode], ['clean', 0])
  assert.deepEqual([second!.ending, second!.exitCode], ['exit-code', 1])
  assert.deepEqual(
    second!.report?.hooks.map(({ name, outcome }) => [name, outcome]),
    [['database', 'failed']],
  )
})

for (const [what, how, sentence] of [
  ['ends before it is ready', 'start', /code 7[^]*no database, no service/],
  ['ends in the soak', 'soak', /code 9/],
  ['is not ready in time', 'check', /ready/],
] as const) {
  test(`restart() rejects when the new generation ${what}, and the old one serves on`, async (t) => {
    const given = inPlaceOptions('in-place-app', { BREAK: how })
    const { driver } = await start(t, {
      ...given,
      readyTimeoutMs: how === 'check' ? 5_000 : given.readyTimeoutMs,
    })
    await assert.rejects(driver.restart(), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'LASTCALL_APP_NOT_READY')
      assert.match(error.message, sentence)
      return true
    })
    await driver.oldPodsGone()
    const [old, bad] = driver.pods()
    assert.deepEqual([old!.state, old!.ending], ['ready', 'running'])
    assert.deepEqual([bad!.state, bad!.ending], ['gone', how === 'soak' ? 'crashed' : 'not-ready'])
  })
}

test('a generation that is killed counts as crashed, and the next one serves', async (t) => {
  const { driver } = await start(t, inPlaceOptions('in-place-app'))
  process.kill(driver.pods()[0]!.inPlace!.pid!, 'SIGKILL')
  await eventually('the next generation serves', () => driver.pods()[1]?.state === 'ready')
  const [dead] = driver.pods()
  assert.deepEqual([dead!.state, dead!.ending, dead!.inPlace!.exitSignal], ['gone', 'crashed', 'SIGKILL'])
})

test('a supervisor that is lost takes its generations with it, and the restart says so', async (t) => {
  const { driver, timeline } = await start(t, inPlaceOptions('in-place-app'))
  process.kill(parentOf(driver.pods()[0]!.inPlace!.pid!), 'SIGKILL')
  await assert.rejects(driver.restart(), /lastcall run was ended by SIGKILL/)
  await driver.oldPodsGone()
  assert.deepEqual(
    driver.pods().map(({ ending }) => ending),
    ['crashed'],
  )
  assert.ok(timeline.events.some(({ kind, detail }) => kind === 'notice' && /SIGKILL/.test(detail ?? '')))
})

test('createInPlaceDriver takes another sign of readiness for a program without lastcall', async (t) => {
  const listenFds = "require('node:http').createServer((_, response) => response.end()).listen({ fd: 3 })"
  const command = [process.execPath, '-e', listenFds]
  const { driver } = await start(t, { ...inPlaceOptions('in-place-app'), command, ready: 'alive:1s' })
  await driver.restart()
  await driver.oldPodsGone()
  assert.deepEqual(
    driver.pods().map(({ ending, state, inPlace }) => [ending, state, inPlace!.lastcall]),
    [
      ['unhandled-signal', 'gone', false],
      ['running', 'ready', false],
    ],
  )
})

for (const [what, change, words] of [
  [
    'ends',
    { command: [process.execPath, 'test/fixtures/exiting-app.ts'] },
    /code 7 before it was ready; correct what ended it\n[^]*\| no database, no service/,
  ],
  [
    'has no lastcall',
    { command: plainServer },
    /not become ready within 5s[^]*no lifecycle of lastcall has started in it[^]*--auto[^]*LISTEN_FDS/,
  ],
  [
    'binds the port itself instead of taking the socket',
    { command: plainServer, ready: 'alive:2s' },
    /bound port \d+ itself, which lastcall run holds for it[^]*--auto[^]*LISTEN_FDS/,
  ],
  [
    'is no program',
    { command: ['no-such-program'] },
    /^[^\n]*could not be started: there is no no-such-program [^;\n]*(\n|$)/,
  ],
  [
    'runs under a lastcall that cannot be started',
    { lastcall: ['no-such-lastcall'] },
    /lastcall run cannot be started/,
  ],
  ['is not told how it is ready', { ready: 'soon' }, /exit code 2[^]*--ready: got 'soon'/],
] as const) {
  test(`start() says why the first generation is not ready: the command ${what}`, async (t) => {
    const { driver } = open(t, { ...inPlaceOptions('in-place-app'), readyTimeoutMs: 5_000, ...change })
    await assert.rejects(driver.start(), words)
  })
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}
