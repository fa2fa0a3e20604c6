import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Notifier, startNotifier } from '../../../src/supervisor/systemd/notifier.ts'
import { Child } from '../../helpers/child.ts'
import { eventually } from '../../helpers/eventually.ts'
import { fakeSystemdNotify, type FakeSystemdNotify } from '../../helpers/fake-systemd-notify.ts'
import { type KeptLog, keptLog } from '../../helpers/kept-log.ts'
import { manualClock } from '../../helpers/manual-clock.ts'
import { needs } from '../../helpers/needs.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'

interface Fake extends FakeSystemdNotify {
  readonly logger: KeptLog
}

function fakeProgram(t: TestContext, script?: string): Fake {
  return { ...fakeSystemdNotify(t, script), logger: keptLog() }
}

function start(t: TestContext, { env, logger }: Pick<Fake, 'env' | 'logger'>): Notifier {
  const notifier = startNotifier({ env, pid: process.pid, logger })
  t.after(() => notifier.close())
  return notifier
}

test('a notifier sends one message after the other, and close() waits for the last one', async (t) => {
  const fake = fakeProgram(t)
  const notifier = start(t, fake)
  const before = process.hrtime.bigint() / 1_000n
  notifier.ready('generation 1 serves')
  notifier.reloading('restarting')
  notifier.ready('generation 2 serves')
  notifier.stopping('draining\nREADY=1')
  await notifier.close()
  const [ready, reloading, again, stopping, ...others] = fake.calls()
  assert.equal(ready, 'READY=1 STATUS=generation 1 serves')
  const [, at = '0'] = /^RELOADING=1 MONOTONIC_USEC=(\d+) STATUS=restarting$/.exec(reloading ?? '') ?? []
  const after = process.hrtime.bigint() / 1_000n
  assert.ok(before <= BigInt(at) && BigInt(at) <= after, `${before} <= ${at} <= ${after}`)
  assert.equal(again, 'READY=1 STATUS=generation 2 serves')
  assert.equal(stopping, 'STOPPING=1 STATUS=draining READY=1')
  assert.deepEqual(others, [])
  assert.deepEqual(fake.logger.lines, [])
})

test('messages that come while one is sent are merged', async (t) => {
  const fake = fakeProgram(t)
  const notifier = start(t, fake)
  notifier.ready('a')
  for (const text of ['b', 'c', 'd']) notifier.status(text)
  await notifier.close()
  assert.deepEqual(fake.calls(), ['READY=1 STATUS=a', 'STATUS=d'])
})

test('without NOTIFY_SOCKET nothing is started', async (t) => {
  const fake = fakeProgram(t)
  const { NOTIFY_SOCKET: _, ...env } = fake.env
  const notifier = start(t, { ...fake, env })
  notifier.ready('serves')
  notifier.stopping('draining')
  await notifier.close()
  assert.deepEqual(fake.calls(), [])
})

for (const [what, env, script] of [
  ['is missing', { PATH: '/nowhere' }, ''],
  ['fails', {}, 'echo not today >&2; exit 1'],
] as const) {
  test(`that systemd-notify ${what} is logged once`, async (t) => {
    const fake = fakeProgram(t, script)
    const notifier = start(t, { ...fake, env: { ...fake.env, ...env } })
    notifier.ready('serves')
    notifier.stopping('draining')
    await notifier.close()
    const [line, ...others] = fake.logger.lines
    assert.match(JSON.stringify(line), /cannot be notified; is systemd-notify installed.*|not today|ENOENT/)
    assert.match(JSON.stringify(line?.details), what === 'fails' ? /"not today"/ : /ENOENT/)
    assert.deepEqual(others, [])
  })
}

test('the watchdog gets a sign of life at half of its time', async (t) => {
  const fake = fakeProgram(t)
  const clock = manualClock(t)
  const env = { ...fake.env, WATCHDOG_USEC: '20000000', WATCHDOG_PID: String(process.pid) }
  start(t, { ...fake, env })
  clock.tick(9_999)
  assert.deepEqual(fake.calls(), [])
  clock.tick(1)
  await eventually('the first one', () => fake.calls().length === 1)
  clock.tick(10_000)
  await eventually('the second one', () => fake.calls().length === 2)
  assert.deepEqual(fake.calls(), ['WATCHDOG=1', 'WATCHDOG=1'])
})

for (const [what, env] of [
  ['another process', { WATCHDOG_USEC: '1000000', WATCHDOG_PID: '1' }],
  ['nobody', {}],
  ['nonsense', { WATCHDOG_USEC: 'often' }],
] as const) {
  test(`a watchdog that watches ${what} gets no sign of life`, async (t) => {
    const fake = fakeProgram(t)
    const clock = manualClock(t)
    const notifier = start(t, { ...fake, env: { ...fake.env, ...env } })
    clock.tick(60_000)
    await notifier.close()
    assert.deepEqual(fake.calls(), [])
  })
}

const hasSystemd = spawnSync('systemd-notify', ['--version']).status === 0

// The tests above do the same without it.
if (hasSystemd) {
  test('the messages arrive in a real socket', needs('python3'), async (t) => {
    const path = join(temporaryFolder(t), 'notify.sock')
    const program = fileURLToPath(new URL('../../fixtures/generations/notify-socket.py', import.meta.url))
    const manager = new Child(spawn('python3', [program, path], { stdio: ['ignore', 'pipe', 'inherit'] }))
    t.after(() => manager.process.kill('SIGKILL'))
    await manager.line(/^up$/)
    const env = { PATH: process.env['PATH'] ?? '', NOTIFY_SOCKET: path }
    const notifier = start(t, { env, logger: keptLog() })
    notifier.ready('generation 1 serves')
    notifier.reloading('restarting')
    await notifier.close()
    const line = await manager.line(/READY=1/)
    assert.match(line, /'READY=1', 'STATUS=generation 1 serves'/)
    await manager.line(/'RELOADING=1', 'MONOTONIC_USEC=\d+', 'STATUS=restarting'/)
    // Of root the message comes in the name of the supervisor, and the unit needs no NotifyAccess=.
    if (process.getuid?.() === 0) assert.ok(line.startsWith(`[${process.pid}]`), line)
    assert.ok(!manager.stdout.includes('MAINPID'))
  })
}
