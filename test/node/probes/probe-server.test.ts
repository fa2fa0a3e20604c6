import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test, type TestContext } from 'node:test'
import type { LifecycleOptions } from '../../../src/core/options.ts'
import { httpGet } from '../../helpers/http-get.ts'
import { makeLifecycle } from '../../helpers/lifecycle.ts'
import { RawClient } from '../../helpers/raw-http.ts'

async function startProbes(t: TestContext, options: LifecycleOptions = {}) {
  const made = makeLifecycle(t, { shutdownDelayMs: 5_000, ...options })
  await made.lifecycle.start()
  const { port } = made.lifecycle.probeAddress!
  return { ...made, port, get: (path: string, method = 'GET') => httpGet(port, path, method) }
}

test('a word when all is well, for every form of the path (trap 41)', async (t) => {
  const { get } = await startProbes(t)
  for (const path of ['/readyz', '/readyz/', '/readyz?', '/readyz?a=1&verbos', '/readyz//?x#y']) {
    const { status, body } = await get(path)
    assert.deepEqual([status, body], [200, 'ok\n'], path)
  }
  assert.equal((await get('/livez')).body, 'ok\n')
  assert.equal((await get('/startupz')).body, 'ok\n')
})

test('HEAD has the status and headers of GET and no body (trap 41)', async (t) => {
  const { get } = await startProbes(t)
  const [head, answer] = [await get('/readyz', 'HEAD'), await get('/readyz')]
  assert.equal(head.status, 200)
  assert.equal(head.body, '')
  assert.equal(head.headers['content-length'], '3')
  assert.deepEqual({ ...head.headers, date: '' }, { ...answer.headers, date: '' })
})

test('?verbose lists each check, in any place of the query', async (t) => {
  const { lifecycle, get } = await startProbes(t)
  lifecycle.check('database', () => true)
  lifecycle.check('cache', () => {})
  const expected = '[+]lifecycle ok: ready\n[+]database ok\n[+]cache ok\nreadyz check passed\n'
  for (const query of ['verbose', 'verbose=', 'verbose=true', 'a=1&verbose']) {
    assert.equal((await get(`/readyz?${query}`)).body, expected)
  }
  assert.equal((await get('/livez?verbose')).body, '[+]lifecycle ok: ready\nlivez check passed\n')
  assert.equal((await get('/startupz?verbose')).body, '[+]lifecycle ok: started\nstartupz check passed\n')
})

test('every other path is 404 and names those there are', async (t) => {
  const { lifecycle, get } = await startProbes(t)
  lifecycle.endpoint('/metrics', () => ({ contentType: 'text/plain', body: '' }))
  for (const path of [
    '/',
    '/healthz',
    '/READYZ',
    '/readyz/x',
    '//readyz',
    '/livezz',
    '/%72eadyz',
    '//',
    '/?/readyz',
  ]) {
    const { status, body } = await get(path)
    assert.equal(status, 404, path)
    assert.match(body, /\/livez, \/readyz, \/startupz, \/metrics/)
  }
})

test('every method but GET and HEAD is 405, and nothing on this port changes anything', async (t) => {
  const { lifecycle, get } = await startProbes(t)
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
    const { status, headers } = await get('/readyz', method)
    assert.equal(status, 405)
    assert.equal(headers['allow'], 'GET, HEAD')
  }
  assert.equal(lifecycle.state, 'ready')
})

test('every answer closes its connection, is not kept by caches and tells the state (trap 40)', async (t) => {
  const { lifecycle, get } = await startProbes(t)
  lifecycle.endpoint('/metrics', () => ({ contentType: 'text/x', body: 'é' }))
  for (const [path, method] of [
    ['/readyz'],
    ['/nowhere'],
    ['/readyz', 'POST'],
    ['/metrics'],
    ['/livez', 'HEAD'],
  ]) {
    const { headers } = await get(path!, method)
    assert.equal(headers['connection'], 'close')
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(headers['lastcall-state'], 'ready')
  }
  void lifecycle.shutdown()
  assert.equal((await get('/livez')).headers['lastcall-state'], 'delaying')
})

test('a client that asks for keep-alive gets its connection closed all the same', async (t) => {
  const { port } = await startProbes(t)
  const client = await RawClient.connect(port)
  client.get('/readyz', 'Connection: keep-alive\r\n')
  assert.equal((await client.response()).headers['connection'], 'close')
  assert.equal(await client.ended(), 'end')
})

test('not ready is 503 with the reason, before the servers listen and while unready', async (t) => {
  const { lifecycle, get } = await startProbes(t)
  lifecycle.unready('queue is full')
  const { status, body } = await get('/readyz')
  assert.equal(status, 503)
  assert.equal(body, '[-]lifecycle failed: unready: queue is full\nreadyz check failed\n')
})

test('it answers to the very end, through delay, drain and hooks (trap 39)', async (t) => {
  const { lifecycle, host, get } = await startProbes(t)
  const hook = Promise.withResolvers<void>()
  const running = new Promise<void>((resolve) => {
    lifecycle.onStop('slow', () => {
      resolve()
      return hook.promise
    })
  })
  const hold = lifecycle.hold('job')
  const report = lifecycle.shutdown()
  const told = async () => [(await get('/livez')).body, (await get('/readyz')).status]
  assert.deepEqual(await told(), ['ok: delaying\n', 503])
  host.clock.advance(5_000)
  assert.deepEqual(await told(), ['ok: draining\n', 503])
  hold[Symbol.dispose]()
  await running
  assert.deepEqual(await told(), ['ok: stopping\n', 503])
  hook.resolve()
  await report
  await assert.rejects(get('/livez'), { code: 'ECONNREFUSED' })
})

test('livenessFailsOnShutdown makes liveness 503 from the signal on', async (t) => {
  const { lifecycle, get } = await startProbes(t, { livenessFailsOnShutdown: true })
  assert.equal((await get('/livez')).status, 200)
  void lifecycle.shutdown()
  const { status, body } = await get('/livez')
  assert.equal(status, 503)
  assert.match(body, /shutting down: delaying/)
})

test('probes are neither in flight nor late requests, and do not hold the drain (trap 40)', async (t) => {
  const { lifecycle, host, port, get } = await startProbes(t)
  const idle = await RawClient.connect(port)
  const half = await RawClient.connect(port)
  half.send('GET /readyz HTTP/1.1\r\nHost:')
  await get('/readyz')
  const report = lifecycle.shutdown()
  await get('/readyz')
  host.clock.advance(5_000)
  const { events, requestsAfterShutdown, forcedCloses, clean } = await report
  assert.ok(events.every(({ inFlight }) => inFlight === 0))
  assert.deepEqual(requestsAfterShutdown, {})
  assert.equal(forcedCloses.total, 0)
  assert.equal(clean, true)
  assert.notEqual(await idle.ended(), 'open')
  assert.notEqual(await half.ended(), 'open')
})

test('a check that is pending at the end gets a closed connection and holds nothing', async (t) => {
  const { lifecycle, host, get } = await startProbes(t, { shutdownDelayMs: 0, checkTimeoutMs: 60_000 })
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<boolean>()
  lifecycle.check('hangs', () => {
    asked.resolve()
    return answer.promise
  })
  const probe = get('/readyz')
  await asked.promise
  const report = lifecycle.shutdown()
  host.clock.advance(0)
  assert.equal((await report).clean, true)
  await assert.rejects(probe, { code: 'ECONNRESET' })
  answer.resolve(true)
})

test('a probe whose check was under way when the signal came is answered as of now', async (t) => {
  const { lifecycle, get } = await startProbes(t)
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<boolean>()
  lifecycle.check('slow', () => {
    asked.resolve()
    return answer.promise
  })
  const probe = get('/readyz')
  await asked.promise
  void lifecycle.shutdown()
  answer.resolve(true)
  const { status, headers } = await probe
  assert.deepEqual([status, headers['lastcall-state']], [503, 'delaying'])
})

test('rubbish on the probe port is refused and changes nothing', async (t) => {
  const { lifecycle, port, get } = await startProbes(t)
  for (const bytes of ['\r\n\r\n\0\0\0', 'GET\r\n\r\n', `GET /${'x'.repeat(100_000)} HTTP/1.1\r\n\r\n`]) {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    socket.end(bytes)
    socket.resume()
    await new Promise((resolve) => socket.on('close', resolve))
  }
  const upgrade = await RawClient.connect(port)
  upgrade.get('/readyz', 'Connection: Upgrade\r\nUpgrade: websocket\r\n')
  assert.equal((await upgrade.response()).status, 200)
  assert.equal((await get('/readyz')).status, 200)
  assert.equal(lifecycle.state, 'ready')
})
