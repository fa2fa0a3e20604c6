import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { httpGet } from '../../helpers/http-get.ts'
import { RawClient } from '../../helpers/raw-http.ts'
import { logged, portOf, runApp } from './setup.ts'

for (const [app, line] of [
  ['apps/plain.mjs', /^listening \d+$/],
  ['apps/plain.cjs', /^listening \d+ true$/],
] as const) {
  test(`${app}, unchanged, finishes what is in flight, serves in the delay with Connection: close, exits with 0`, async (t) => {
    const child = runApp(t, app, { env: { LASTCALL_SHUTDOWN_DELAY: '1s' } })
    const port = await portOf(child, line)
    assert.equal((await httpGet(port, '/')).body, '/\n')
    const idle = await RawClient.connect(port)
    idle.get('/before')
    assert.equal((await idle.response(1)).headers['connection'], 'keep-alive')
    const slow = await RawClient.connect(port)
    slow.get('/slow')
    await child.line(/^slow$/)
    child.kill('SIGTERM')
    await logged(child, 'shutdownInitiated')
    const fresh = await httpGet(port, '/new')
    assert.deepEqual([fresh.status, fresh.headers['connection']], [200, 'close'])
    idle.get('/after')
    assert.equal((await idle.response(2)).headers['connection'], 'close')
    const answer = await slow.response()
    assert.deepEqual([answer.status, answer.body, answer.headers['connection']], [200, '/slow\n', 'close'])
    assert.equal(await slow.ended(), 'end')
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
    const report = child.report()
    assert.deepEqual([report.clean, report.reason, report.events[0]!.inFlight], [true, 'SIGTERM', 1])
    assert.deepEqual(
      report.hooks.map(({ name, outcome }) => [name, outcome]),
      [['application handlers', 'finished']],
    )
  })
}

test('an application without handlers exits at once when nothing is in flight', async (t) => {
  const child = runApp(t, 'apps/plain.mjs')
  await portOf(child)
  child.kill('SIGINT')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  assert.equal(child.report().reason, 'SIGINT')
  assert.ok(child.report().durationMs < 2_000)
})

test('what the drain timeout force-closes makes the exit code 1', async (t) => {
  const env = { LASTCALL_DRAIN_TIMEOUT: '200ms' }
  const child = runApp(t, 'apps/handlers.mjs', { args: ['exits', '0'], env })
  const port = await portOf(child)
  const client = await RawClient.connect(port)
  client.get('/hang')
  await child.line(/^hanging$/)
  child.kill('SIGTERM')
  assert.equal(await client.ended(), 'reset')
  assert.deepEqual(await child.exit(), { code: 1, signal: null })
  assert.equal(child.report().forcedCloses.total, 1)
  assert.match(child.stdout, /handled exits/)
})

test('as the built package, found from the working directory by its name', async (t) => {
  const child = runApp(t, 'apps/close-snippet.cjs', {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    env: { NODE_OPTIONS: '--import lastcall/auto' },
  })
  await portOf(child)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  assert.match(child.stdout, /HTTP server closed: undefined\n$/)
  assert.equal(child.report().clean, true)
})
