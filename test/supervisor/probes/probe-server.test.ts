import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test, type TestContext } from 'node:test'
import { startProbeServer } from '../../../src/supervisor/probes/probe-server.ts'
import type { RunningSupervisor } from '../../../src/supervisor/running.ts'
import { turns } from '../../helpers/eventually.ts'
import { FakeRunningSupervisor } from '../../helpers/fake-running-supervisor.ts'
import { httpGet } from '../../helpers/http-get.ts'
import { RawClient } from '../../helpers/raw-http.ts'

async function startProbes(t: TestContext) {
  const supervisor = new FakeRunningSupervisor()
  const server = await startProbeServer({ host: '127.0.0.1', port: 0 }, Promise.resolve(supervisor))
  t.after(() => server[Symbol.asyncDispose]())
  const { port } = server.address
  return { supervisor, server, port, get: (path: string, method?: string) => httpGet(port, path, method) }
}

test('a word when all is well, for every form of the path', async (t) => {
  const { get } = await startProbes(t)
  for (const path of ['/livez', '/readyz', '/startupz', '/readyz/', '/readyz?', '/readyz?a=1&verbos']) {
    const { status, body } = await get(path)
    assert.deepEqual([status, body], [200, 'ok\n'], path)
  }
})

test('?verbose names what was looked at', async (t) => {
  const { get } = await startProbes(t)
  assert.equal(
    (await get('/livez?verbose')).body,
    '[+]supervisor ok: serving\n[+]generation ok\nlivez check passed\n',
  )
  assert.equal((await get('/readyz?x&verbose=1')).body, '[+]supervisor ok: serving\nreadyz check passed\n')
})

test('/readyz is 503 while the supervisor is not ready, with its state', async (t) => {
  const { supervisor, get } = await startProbes(t)
  supervisor.ready = false
  supervisor.name = 'waiting'
  const { status, body, headers } = await get('/readyz')
  assert.equal(status, 503)
  assert.equal(body, '[-]supervisor failed: waiting\nreadyz check failed\n')
  assert.equal(headers['lastcall-state'], 'waiting')
  assert.equal((await get('/livez')).status, 200)
})

test('/livez is 503 while the generation that serves is wedged', async (t) => {
  const { supervisor, get } = await startProbes(t)
  supervisor.live = false
  const { status, body } = await get('/livez')
  assert.equal(status, 503)
  assert.equal(
    body,
    '[+]supervisor ok: serving\n[-]generation failed: it does not answer its supervisor\nlivez check failed\n',
  )
})

test('/startupz is 503 until the supervisor was ready once, and then stays', async (t) => {
  const { supervisor, get } = await startProbes(t)
  supervisor.ready = false
  assert.equal((await get('/startupz')).status, 503)
  supervisor.ready = true
  assert.equal((await get('/startupz')).status, 200)
  supervisor.ready = false
  assert.equal((await get('/startupz')).status, 200)
})

test('/metrics has the text of the supervisor, and its type', async (t) => {
  const { supervisor, get } = await startProbes(t)
  supervisor.text = 'a{b="é"} 1\n'
  const { status, body, headers } = await get('/metrics?x')
  assert.deepEqual([status, body], [200, supervisor.text])
  assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
})

test('an endpoint that fails is 500 without a reason', async (t) => {
  const { supervisor, get } = await startProbes(t)
  supervisor.metrics = () => Promise.reject(new Error('secret'))
  const { status, body } = await get('/metrics')
  assert.deepEqual([status, body], [500, 'internal error\n'])
})

test('HEAD has the status and headers of GET and no body', async (t) => {
  const { get } = await startProbes(t)
  const [head, answer] = [await get('/readyz', 'HEAD'), await get('/readyz')]
  assert.deepEqual([head.status, head.body, head.headers['content-length']], [200, '', '3'])
  assert.deepEqual({ ...head.headers, date: '' }, { ...answer.headers, date: '' })
})

test('other paths are 404, other methods 405, and every answer has the same manners', async (t) => {
  const { get } = await startProbes(t)
  for (const [path, method, wanted] of [
    ['/', 'GET', 404],
    ['/READYZ', 'GET', 404],
    ['//readyz', 'GET', 404],
    ['/readyz', 'POST', 405],
    ['/nowhere', 'DELETE', 405],
    ['/livez', 'GET', 200],
    ['/metrics', 'HEAD', 200],
  ] as const) {
    const { status, headers, body } = await get(path, method)
    assert.equal(status, wanted, path)
    assert.equal(headers['connection'], 'close')
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(headers['x-content-type-options'], 'nosniff')
    if (wanted === 405) assert.equal(headers['allow'], 'GET, HEAD')
    if (wanted === 404) assert.match(body, /\/livez, \/readyz, \/startupz, \/metrics/)
  }
})

test('a request that comes before the supervisor has started waits for it', async (t) => {
  const supervisor = Promise.withResolvers<RunningSupervisor>()
  const server = await startProbeServer({ host: '127.0.0.1', port: 0 }, supervisor.promise)
  t.after(() => server[Symbol.asyncDispose]())
  const answer = httpGet(server.address.port, '/livez')
  assert.equal(await Promise.race([answer, turns(20)]), undefined)
  supervisor.resolve(new FakeRunningSupervisor())
  assert.equal((await answer).status, 200)
})

test('its end closes a connection that has sent half a request', async (t) => {
  const { server, port } = await startProbes(t)
  const client = await RawClient.connect(port)
  client.send('GET /readyz HTTP/1.1\r\n')
  await turns(10)
  await server[Symbol.asyncDispose]()
  assert.notEqual(await client.ended(), 'open')
})

test('a port in use is an error with its remedy', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  t.after(() => other.close())
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  await assert.rejects(
    startProbeServer({ host: '127.0.0.1', port }, Promise.resolve(new FakeRunningSupervisor())),
    {
      code: 'LASTCALL_PROBE_PORT',
      message: new RegExp(`port ${port} of 127\\.0\\.0\\.1: .*EADDRINUSE.*--probe-port.*--no-probes`),
    },
  )
})
