import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../helpers/eventually.ts'
import { startSupervised, type Supervised } from '../helpers/supervised.ts'

/** A program that ignores SIGTERM, and says so, as long as its supervisor lives. */
const script = 'trap "echo got SIGTERM" TERM; while kill -0 $LASTCALL_SUPERVISOR; do sleep 0.05; done'
const deaf = ['/bin/sh', '-c', script]

function isInFlight(supervised: Supervised): Promise<void> {
  return eventually('the request is in flight', async () => {
    return (await supervised.status()).generations[0]?.inFlight?.request === 1
  })
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal}: every generation drains, and the exit code is 0`, async (t) => {
    const supervised = await startSupervised(t)
    await supervised.serves(1)
    const slow = supervised.get('/slow?ms=1000')
    await isInFlight(supervised)
    supervised.child.kill(signal)
    assert.equal((await slow).generation, '1')
    assert.deepEqual(await supervised.child.exit(), { code: 0, signal: null })
  })
}

/** A program that ignores SIGTERM, and serves. */
async function serveDeaf(t: TestContext, hammerAfter: string): Promise<Supervised> {
  const args = ['--hammer-after', hammerAfter, '--ready', 'alive:100ms']
  const supervised = await startSupervised(t, { command: deaf, args })
  await supervised.serves(1)
  return supervised
}

test('a child that ignores SIGTERM is hammered: SIGTERM again, then SIGKILL', async (t) => {
  const supervised = await serveDeaf(t, '500ms')
  supervised.child.kill('SIGTERM')
  assert.deepEqual(await supervised.child.exit(), { code: 137, signal: null })
  assert.equal(supervised.child.stdout, 'got SIGTERM\ngot SIGTERM\n')
})

test('what the drain timeout cuts off makes the exit code 1', async (t) => {
  const supervised = await startSupervised(t, { release: { version: '1', drainTimeoutMs: 200 } })
  await supervised.serves(1)
  const lost = assert.rejects(supervised.get('/slow?ms=60000'), { code: 'ECONNRESET' })
  await isInFlight(supervised)
  supervised.child.kill('SIGTERM')
  assert.deepEqual(await supervised.child.exit(), { code: 1, signal: null })
  await lost
})

// The time is what is tested here: within the first second a signal is the same key press.
const LATER_MS = 1_050

test('a second SIGTERM, more than a second later, forces the exit of what still drains', async (t) => {
  const supervised = await startSupervised(t, { args: ['--hammer-after', '60s'] })
  await supervised.serves(1)
  const lost = assert.rejects(supervised.get('/slow?ms=60000'), { code: 'ECONNRESET' })
  await isInFlight(supervised)
  supervised.child.kill('SIGTERM')
  await sleep(LATER_MS)
  supervised.child.kill('SIGTERM')
  assert.deepEqual(await supervised.child.exit(), { code: 143, signal: null })
  await lost
  const { report } = JSON.parse(await supervised.child.line(/"report":/, 'stderr')) as {
    report: { exitCode: number; forcedCloses: { byKind: object } }
  }
  assert.deepEqual([report.exitCode, report.forcedCloses.byKind], [143, { request: 1 }])
})

test('a second SIGTERM kills a program that ignores the first one', async (t) => {
  const supervised = await serveDeaf(t, '60s')
  supervised.child.kill('SIGTERM')
  await supervised.child.line(/^got SIGTERM$/)
  await sleep(LATER_MS)
  supervised.child.kill('SIGTERM')
  assert.deepEqual(await supervised.child.exit(), { code: 137, signal: null })
})

test('Ctrl-C reaches the supervisor alone, and a copy of it that npm sends forces nothing', async (t) => {
  // It leads a process group of its own, as a command in a terminal does.
  const supervised = await startSupervised(t, { before: ['setsid'] })
  await supervised.serves(1)
  const slow = supervised.get('/slow?ms=3000')
  await isInFlight(supervised)
  const { pid = 0 } = supervised.child.process
  process.kill(-pid, 'SIGINT')
  supervised.child.kill('SIGINT')
  supervised.child.kill('SIGTERM')
  assert.equal((await slow).generation, '1')
  assert.deepEqual(await supervised.child.exit(), { code: 0, signal: null })
  const { report } = JSON.parse(await supervised.child.line(/"report":/, 'stderr')) as {
    report: { reason: string }
  }
  // What the supervisor sends. Of the terminal it would be SIGINT.
  assert.equal(report.reason, 'SIGTERM')
})
