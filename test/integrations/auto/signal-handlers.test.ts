import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:http2'
import { suite, test, type TestContext } from 'node:test'
import type { Child } from '../../helpers/child.ts'
import { httpGet } from '../../helpers/http-get.ts'
import { RawClient } from '../../helpers/raw-http.ts'
import { logged, portOf, runApp } from './setup.ts'

/** Long enough for what a test does in the delay, on a busy machine as well. */
const delay = '4s'

async function start(
  t: TestContext,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly child: Child; readonly port: number }> {
  const child = runApp(t, 'apps/consumer.mjs', { args, env: { LASTCALL_AUTO_HANDLERS: 'signal', ...env } })
  const port = await portOf(child)
  await child.line(/^took 2$/)
  await logged(child, 'startupCompleted')
  return { child, port }
}

/** Whether the job that was in hand at the signal was the last one, and was done. */
function assertStoppedTaking({ stdout }: Child): void {
  const [before = '', after = ''] = stdout.split('handled\n')
  const count = (text: string, word: string): number => text.split(`${word} `).length - 1
  assert.equal(count(after, 'took'), 0)
  assert.equal(count(stdout, 'did'), count(before, 'took'))
}

suite('LASTCALL_AUTO_HANDLERS=signal', { concurrency: 4 }, () => {
  test('the handler runs at the signal, while its server serves through the shutdown delay', async (t) => {
    const { child, port } = await start(t, ['closes'], { LASTCALL_SHUTDOWN_DELAY: delay })
    const idle = await RawClient.connect(port)
    t.after(() => idle.close())
    idle.get()
    await idle.response()
    const slow = httpGet(port, '/slow')
    await child.line(/^slow$/)
    child.kill('SIGTERM')
    await child.line(/^ready$/)
    assert.equal((await httpGet(port, '/new')).status, 200)
    idle.get('/kept')
    assert.equal((await idle.response(2)).status, 200)
    assert.doesNotMatch(child.stderr, /shutdownDelayElapsed/)
    assert.equal((await slow).status, 200)
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
    assertStoppedTaking(child)
    assert.deepEqual(child.stdout.split('\n').slice(-3), ['finished /slow', 'closed without an error', ''])
    const { clean, workers = [] } = child.report()
    assert.deepEqual(
      [clean, workers.map(({ name, outcome }) => `${name} ${outcome}`)],
      [true, ['application handlers finished']],
    )
  })

  test('closeAllConnections() in a handler resets nothing that is in flight', async (t) => {
    const { child, port } = await start(t, ['resets'])
    const slow = httpGet(port, '/slow')
    await child.line(/^slow$/)
    child.kill('SIGTERM')
    assert.equal((await slow).status, 200)
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
    assert.equal(child.report().clean, true)
  })

  test('a close() that was kept from before the shutdown is held back as well', async (t) => {
    const { child, port } = await start(t, ['keptClose'], { LASTCALL_SHUTDOWN_DELAY: delay })
    const idle = await RawClient.connect(port)
    t.after(() => idle.close())
    idle.get()
    await idle.response()
    child.kill('SIGTERM')
    await child.line(/^ready$/)
    idle.get('/kept')
    assert.equal((await idle.response(2)).status, 200)
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
    assert.match(child.stdout, /closed without an error/)
  })

  test('close() of an HTTP/2 server leaves its sessions to the drain', async (t) => {
    const { child, port } = await start(t, ['closes', 'http2'], { LASTCALL_SHUTDOWN_DELAY: delay })
    const session = connect(`http://127.0.0.1:${port}`)
    t.after(() => session.destroy())
    await once(session, 'connect')
    child.kill('SIGTERM')
    await child.line(/^ready$/)
    const request = session.request({ ':path': '/slow' })
    const [headers] = (await once(request, 'response')) as [{ ':status'?: number }]
    assert.equal(headers[':status'], 200)
    assert.equal(Buffer.concat(await request.toArray()).toString(), 'ok\n')
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
  })

  test('process.exit() in a handler is held back until the last response, and its code counts', async (t) => {
    const { child, port } = await start(t, ['exits'])
    const slow = httpGet(port, '/slow')
    await child.line(/^slow$/)
    child.kill('SIGTERM')
    assert.equal((await slow).status, 200)
    assert.deepEqual(await child.exit(), { code: 3, signal: null })
  })

  test("a handler has the drain's time, longer than that of hooks, and closes a closed server without an error", async (t) => {
    const { child } = await start(t, ['takesLong'], { LASTCALL_HOOKS_TIMEOUT: '100ms' })
    child.kill('SIGTERM')
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
    assert.match(child.stdout, /^closed without an error$/m)
  })

  test('a handler that lets the event loop run empty has done, long before the drain timeout', async (t) => {
    const { child } = await start(t, ['endsByItself'], { LASTCALL_DRAIN_TIMEOUT: '15s' })
    child.kill('SIGTERM')
    assert.deepEqual(await child.exit(10_000), { code: 0, signal: null })
    assert.equal(child.report().clean, true)
  })

  test('a handler that never ends is let go at the drain timeout, and the exit code is 1', async (t) => {
    const { child } = await start(t, ['hangs'], { LASTCALL_DRAIN_TIMEOUT: '300ms' })
    child.kill('SIGTERM')
    assert.deepEqual(await child.exit(), { code: 1, signal: null })
    assert.deepEqual(
      child.report().forcedCloses.details.map(({ kind, server }) => `${kind} ${server}`),
      ['work application handlers'],
    )
  })

  test('a handler that throws ends no request, and fails the shutdown', async (t) => {
    const { child, port } = await start(t, ['throws'])
    const slow = httpGet(port, '/slow')
    await child.line(/^slow$/)
    child.kill('SIGTERM')
    assert.equal((await slow).status, 200)
    assert.deepEqual(await child.exit(), { code: 1, signal: null })
    assert.deepEqual(
      child.report().workers?.map(({ outcome, error }) => `${outcome}: ${error}`),
      ['failed: the handler threw'],
    )
  })

  test('another value ends the start', async (t) => {
    const child = runApp(t, 'apps/consumer.mjs', {
      args: ['closes'],
      env: { LASTCALL_AUTO_HANDLERS: 'early' },
    })
    assert.equal((await child.exit()).code, 1)
    assert.match(child.stderr, /LASTCALL_AUTO_HANDLERS: got 'early' \(string\), wanted drained or signal/)
  })
})

test('by default the handler runs after the drain, and the work goes on until then', async (t) => {
  const { child, port } = await start(t, ['closes'], { LASTCALL_AUTO_HANDLERS: '' })
  const slow = httpGet(port, '/slow')
  await child.line(/^slow$/)
  child.kill('SIGTERM')
  assert.equal((await slow).status, 200)
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  const [before = ''] = child.stdout.split('handled\n')
  assert.match(before, /finished \/slow/)
})
