import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Child } from '../../helpers/child.ts'
import { httpGet } from '../../helpers/http-get.ts'
import { RawClient } from '../../helpers/raw-http.ts'
import { logged, runApp } from './setup.ts'

interface Running {
  readonly child: Child
  readonly front: number
  readonly api: number
  /** Waits for its answer, which waits for SIGUSR2. */
  readonly page: RawClient
}

async function start(t: TestContext, args: readonly string[], env = {}): Promise<Running> {
  const withAuto = !args.includes('own')
  const child = runApp(t, 'apps/two-servers.ts', { args, withAuto, env })
  const [front = 0, api = 0] = (await child.line(/^listening/)).split(' ').slice(1).map(Number)
  assert.equal((await httpGet(front, '/')).body, 'api\n')
  const page = await RawClient.connect(front)
  page.get('/page')
  await child.line(/^page$/)
  return { child, front, api, page }
}

/** Resolves when nothing listens on the port any more. */
async function untilRefused(port: number): Promise<void> {
  const deadline = performance.now() + 10_000
  while (performance.now() < deadline) {
    const client = await RawClient.connect(port).catch(() => null)
    if (client === null) return
    client.close()
  }
  throw new Error(`port ${port} still accepts`)
}

for (const [how, mode] of [
  ['fetch', 'auto'],
  ['get', 'auto'],
  ['fetch', 'own'],
] as const) {
  test(`a server that its own process asks (${how}, ${mode} lifecycle) accepts until the one that asks it has drained`, async (t) => {
    const { child, front, api, page } = await start(t, [how, mode])
    child.kill('SIGTERM')
    await untilRefused(front)
    assert.equal((await httpGet(api, '/')).body, 'api\n')
    child.kill('SIGUSR2')
    const { status, body } = await page.response()
    assert.deepEqual([status, body], [200, 'api\n'])
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
    assert.equal(child.report().clean, true)
  })
}

test('two servers of one process that ask each other: neither waits for the other', async (t) => {
  const { child, front, api, page } = await start(t, ['get', 'auto'])
  assert.equal((await httpGet(api, '/back')).body, 'api\n')
  child.kill('SIGTERM')
  await Promise.all([untilRefused(front), untilRefused(api)])
  child.kill('SIGUSR2')
  assert.equal((await page.response()).status, 502)
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
})

test('an asked server does not outlast the drain timeout', async (t) => {
  const { child, api, page } = await start(t, ['fetch', 'auto'], { LASTCALL_DRAIN_TIMEOUT: '500ms' })
  child.kill('SIGTERM')
  await logged(child, 'drainTimedOut')
  assert.equal(await page.ended(), 'reset')
  await untilRefused(api)
  assert.deepEqual(await child.exit(), { code: 1, signal: null })
  assert.equal(child.report().forcedCloses.total, 1)
})

test('an asked server drains before the deadline although the one that asks it does not', async (t) => {
  const { child, front, api, page } = await start(t, ['fetch', 'auto'], { LASTCALL_DRAIN_TIMEOUT: '6s' })
  const idle = await RawClient.connect(api)
  t.after(() => idle.close())
  idle.get()
  await idle.response()
  child.kill('SIGTERM')
  await untilRefused(front)
  assert.equal(idle.ending, 'open')
  assert.equal(await idle.ended(), 'end')
  await untilRefused(api)
  assert.equal(page.ending, 'open')
  child.kill('SIGUSR2')
  await page.response()
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
})
