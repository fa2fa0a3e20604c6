import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { suite, test, type TestContext } from 'node:test'
import type { Server } from 'node:http'
import * as peer from '@godaddy/terminus'
import { HealthCheckError, type TerminusOptions } from '../../../src/integrations/terminus/index.ts'
import { RawClient } from '../../helpers/raw-http.ts'
import { makeServer, openPort } from '../../helpers/lifecycle.ts'
import { ask, prepare, type Prepared } from './setup.ts'

interface Served extends Prepared {
  readonly server: Server
}

/** Serves with these options, and with the shutdown held before its drain as long as the test lasts. */
async function serve(t: TestContext, options: TerminusOptions): Promise<Served> {
  const prepared = prepare(t)
  const server = prepared.group.add(makeServer(t), { beforeShutdown: prepared.hold, ...options })
  await openPort(server)
  return { ...prepared, server }
}

async function bodyOf(server: Server, path: string): Promise<readonly [number, unknown]> {
  const { status, body } = await ask(server, path)
  return [status, JSON.parse(body)]
}

suite('health checks of the drop-in', () => {
  test('what one check resolves to is not in the answer of the next; terminus puts it there', async (t) => {
    const checks = {
      '/a': async () => ({ secretOfA: 1 }),
      '/b': async () => ({ fromB: 2 }),
      verbatim: true,
    }
    const { server } = await serve(t, { healthChecks: checks })
    await ask(server, '/a')
    assert.deepEqual(await bodyOf(server, '/b'), [200, { status: 'ok', fromB: 2 }])
    const other = makeServer(t)
    // A name of no signal, so that it leaves the process of these tests alone.
    peer.createTerminus(other, { healthChecks: checks, signal: 'none' })
    t.after(() => process.removeAllListeners('none'))
    await openPort(other)
    await ask(other, '/a')
    assert.deepEqual(await bodyOf(other, '/b'), [200, { status: 'ok', fromB: 2, secretOfA: 1 }])
  })

  test("the caller's objects stay as they were, and two servers do not share theirs (trap 43)", async (t) => {
    const options = Object.freeze({
      healthChecks: Object.freeze({
        '/Up': async () => ({ version: 1 }),
        '/Down': failing({ disk: 'full' }),
      }),
      statusOkResponse: Object.freeze({ status: 'up' }),
      statusErrorResponse: Object.freeze({ status: 'down' }),
      headers: Object.freeze({ 'x-health': 'yes' }),
      signals: Object.freeze(['SIGINT']),
      caseInsensitive: true,
    })
    const { server, group } = await serve(t, options)
    const second = group.add(makeServer(t), { healthChecks: { '/up': async () => undefined } })
    await openPort(second)
    assert.deepEqual(await bodyOf(server, '/up'), [
      200,
      { status: 'up', info: { version: 1 }, details: { version: 1 } },
    ])
    const causes = { disk: 'full' }
    assert.deepEqual(await bodyOf(server, '/DOWN'), [503, { status: 'down', error: causes, details: causes }])
    assert.deepEqual(await bodyOf(second, '/up'), [200, { status: 'ok' }])
    assert.equal((await ask(server, '/up')).headers['x-health'], 'yes')
  })

  test('a query does not matter, nor does the method; a path that only begins like a check is the application’s', async (t) => {
    const { server } = await serve(t, { healthChecks: { '/health': async () => {} } })
    assert.deepEqual(await bodyOf(server, '/health?verbose'), [200, { status: 'ok' }])
    assert.equal((await ask(server, '/health', 'HEAD')).status, 200)
    for (const path of ['/healthy', '/health/', '/HEALTH', '/verbatim', '/']) {
      assert.equal((await ask(server, path)).body, 'ok', path)
    }
  })

  test('HTTP/2 servers answer their checks as well', async (t) => {
    const { group, hold } = prepare(t)
    const server = createHttp2Server((_, response) => response.end('app'))
    group.add(server, { healthChecks: { '/health': async () => {} }, beforeShutdown: hold })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    t.after(() => {
      session.destroy()
      server.close()
    })
    const bodies = ['/health', '/'].map((path) => text(session.request({ ':path': path })))
    assert.deepEqual(await Promise.all(bodies), ['{"status":"ok"}', 'app'])
  })

  test('listeners that are added afterwards do not see the requests of checks', async (t) => {
    const { server } = await serve(t, { healthChecks: { '/health': async () => {} } })
    const seen: (string | undefined)[] = []
    server.on('request', (request) => void seen.push(request.url))
    await ask(server, '/health')
    await ask(server, '/other')
    assert.deepEqual(seen, ['/other'])
  })

  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  for (const [what, check, body] of [
    ['throws nothing at all', () => Promise.reject(), {}],
    ['throws before it returns a promise', thrower('at once'), {}],
    ['resolves to what cannot be written as JSON', async () => circular, {}],
    ['gives causes that cannot be written as JSON', failing(circular), {}],
    [
      'gives causes as errors',
      failing([new Error('one')]),
      { error: [{ message: 'one' }], details: [{ message: 'one' }] },
    ],
    ['gives a status that would leave the client waiting', failing(undefined, { statusCode: 100 }), {}],
  ] as const) {
    test(`a check that ${what} fails with 503, and the server goes on`, async (t) => {
      const { server } = await serve(t, { healthChecks: { '/health': check } })
      assert.deepEqual(await bodyOf(server, '/health'), [503, { status: 'error', ...body }])
      assert.equal((await ask(server, '/')).body, 'ok')
    })
  }

  test('a client that goes away while its check runs changes nothing', async (t) => {
    const running = Promise.withResolvers<void>()
    const gone = Promise.withResolvers<void>()
    const check = () => (running.resolve(), gone.promise)
    const { server } = await serve(t, { healthChecks: { '/health': check } })
    server.once('connection', (socket) => socket.once('close', () => gone.resolve()))
    const client = await RawClient.connect((server.address() as AddressInfo).port)
    client.get('/health')
    await running.promise
    client.close()
    await gone.promise
    assert.equal((await ask(server, '/')).body, 'ok')
  })

  test('a logger that throws, or is told of something that is no error, changes nothing', async (t) => {
    const told: unknown[] = []
    const logger = (message: string, error: Error): never => {
      told.push([message, error instanceof Error])
      throw new Error('the logger fails')
    }
    const { server } = await serve(t, { healthChecks: { '/health': () => Promise.reject('a text') }, logger })
    assert.equal((await ask(server, '/health')).status, 503)
    assert.deepEqual(told, [['healthcheck failed', true]])
  })

  for (const [sendFailuresDuringShutdown, readiness, liveness] of [
    [undefined, 503, 200],
    [true, 503, 503],
    [false, 200, 200],
  ] as const) {
    test(`sendFailuresDuringShutdown ${sendFailuresDuringShutdown}: readiness ${readiness}, liveness ${liveness}`, async (t) => {
      const paths = ['/live', '/livez', '/health/liveness', '/is-alive']
      const names = ['/ready', '/health', '/olive', '/healthz', ...paths]
      const healthChecks = Object.fromEntries(names.map((path) => [path, async () => {}]))
      const { server, host } = await serve(t, {
        healthChecks,
        sendFailuresDuringShutdown,
      })
      host.send('SIGTERM')
      for (const name of names) {
        const expected = paths.includes(name) ? liveness : readiness
        assert.equal((await ask(server, name)).status, expected, name)
      }
    })
  }

  test('a shutdown that begins while a check runs makes it fail, after onSendFailureDuringShutdown, whatever that does', async (t) => {
    const running = Promise.withResolvers<void>()
    const check = Promise.withResolvers<void>()
    let calls = 0
    const { server, host } = await serve(t, {
      healthChecks: { '/health': () => (running.resolve(), check.promise) },
      onSendFailureDuringShutdown: () => Promise.reject(new Error(`call ${++calls}`)),
      headers: { 'x-health': 'yes' },
    })
    const answer = ask(server, '/health')
    await running.promise
    host.send('SIGTERM')
    check.resolve()
    const { status, body, headers } = await answer
    assert.deepEqual([status, body, headers['x-health'], calls], [503, '{"status":"error"}', 'yes', 1])
  })

  test('the state that a check is told follows the shutdown, and cannot be written to', async (t) => {
    let kept: { readonly isShuttingDown: boolean } | undefined
    const { server, host } = await serve(t, {
      healthChecks: { '/health': ({ state }) => void (kept = state) },
    })
    await ask(server, '/health')
    assert.deepEqual({ ...kept }, { isShuttingDown: false })
    assert.throws(() => Object.assign(kept!, { isShuttingDown: true }), TypeError)
    host.send('SIGTERM')
    assert.deepEqual({ ...kept }, { isShuttingDown: true })
  })
})

function thrower(message: string) {
  return (): never => {
    throw new Error(message)
  }
}

function failing(causes: unknown, more: object = {}) {
  return () => Promise.reject(Object.assign(new HealthCheckError('failed', causes), more))
}
