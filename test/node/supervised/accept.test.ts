import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, renameSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { FakeSupervisor, type Generation } from '../../helpers/fake-supervisor.ts'
import { httpGet } from '../../helpers/http-get.ts'

function start(t: TestContext, settings: object = {}): { generation: Generation; port: number } {
  const supervisor = new FakeSupervisor(t)
  const port = supervisor.bind('http')
  return { port, generation: supervisor.start('serving.ts', { args: [JSON.stringify(settings)] }) }
}

test('a generation says hello and ready, and nobody listens before accept', async (t) => {
  const { generation, port } = start(t, {
    lifecycle: { shutdownDelayMs: 1_000, drainTimeoutMs: 2_000, hooksTimeoutMs: 300 },
  })
  await generation.said('ready')
  const news = generation.news.filter(({ lastcall }) => lastcall !== 'hooked')
  assert.deepEqual(news, [{ lastcall: 'hello', shutdownMs: 3_300 }, { lastcall: 'ready' }])
  await assert.rejects(httpGet(port, '/'), { code: 'ECONNREFUSED' })
  generation.order({ lastcall: 'accept' })
  await generation.said('accepting')
  assert.equal((await httpGet(port, '/')).body, String(generation.process.pid))
})

for (const listensFirst of [false, true]) {
  const order = listensFirst ? 'before' : 'after'
  test(`listen() ${order} start() resolves to the address before accept, and the server listens for its program`, async (t) => {
    const { generation, port } = start(t, { listensFirst })
    const address = JSON.stringify({ address: '127.0.0.1', port, family: 'IPv4' })
    assert.equal(await generation.line(/^listens/), `listens ${address} true`)
    assert.equal(await generation.line(/^event/), `event ${address}`)
    assert.doesNotMatch(generation.stdout, /^begins/m)
    await generation.accepts()
    assert.match(await generation.line(/^begins/), new RegExp(`"port":${port}`))
    assert.equal((await httpGet(port, '/')).status, 200)
    assert.equal(generation.stdout.match(/^event/gm)?.length, 1)
  })
}

test('while the next generation waits, however long, the present one answers alone', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const port = supervisor.bind('http')
  const first = supervisor.start('serving.ts')
  await first.accepts()
  const second = supervisor.start('serving.ts')
  await second.said('ready')
  for (let count = 0; count < 20; count++) {
    assert.equal((await httpGet(port, '/')).body, String(first.process.pid))
  }
  second.order({ lastcall: 'accept' })
  await second.said('accepting')
  await first.pauses()
  for (let count = 0; count < 20; count++) {
    assert.equal((await httpGet(port, '/')).body, String(second.process.pid))
  }
})

test('a server that asks after accept listens at once', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const [port, admin] = [supervisor.bind('http'), supervisor.bind('admin')]
  const generation = supervisor.start('serving.ts')
  await generation.accepts()
  await httpGet(port, '/admin')
  await generation.line(/^admin listens$/)
  assert.equal((await httpGet(admin, '/')).body, 'admin')
  assert.equal(generation.news.filter(({ lastcall }) => lastcall === 'accepting').length, 1)
})

/** Asks a server on a unix socket. */
function ask(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ socketPath: path, agent: false })
      .on('response', (response) => void text(response).then(resolve, reject))
      .on('error', reject)
      .end()
  })
}

test('an inherited unix socket: its path is the address, and its file stays when the generation ends', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const path = supervisor.bindPath('http')
  for (let count = 0; count < 2; count++) {
    const generation = supervisor.start('serving.ts')
    await generation.accepts()
    assert.equal(await generation.line(/^listens/), `listens "${path}" true`)
    assert.equal(await ask(path), String(generation.process.pid))
    await generation.pauses()
    generation.resume()
    await generation.said('accepting', 2)
    assert.equal(await ask(path), String(generation.process.pid))
    generation.drain()
    assert.deepEqual(await generation.exit(), { code: 0, signal: null })
  }
})

test('a path that another program has taken over stays as it is when the generation ends', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const path = supervisor.bindPath('http')
  const generation = supervisor.start('serving.ts')
  await generation.accepts()
  renameSync(path, `${path}.old`)
  const successor = createServer((_, response) => response.end('successor')).listen(path)
  t.after(() => successor.close())
  await once(successor, 'listening')
  generation.drain()
  assert.deepEqual(await generation.exit(), { code: 0, signal: null })
  assert.equal(await ask(path), 'successor')
  assert.deepEqual(readdirSync(dirname(path)).toSorted(), ['app.sock', 'app.sock.old'])
})
