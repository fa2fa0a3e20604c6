import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  type ClientHttp2Session,
  connect,
  createSecureServer,
  createServer,
  type Http2Server,
  type ServerHttp2Session,
} from 'node:http2'
import { test, type TestContext } from 'node:test'
import { within } from '../../../helpers/eventually.ts'
import { startKernelClient } from '../../../helpers/kernel-client.ts'
import { drainable, Gate, tls } from '../setup.ts'

const anyStream = 2 ** 31 - 1

const kinds = {
  h2c: { create: () => createServer(), scheme: 'http' },
  'h2 over TLS': { create: () => createSecureServer(tls) as unknown as Http2Server, scheme: 'https' },
}

async function connectTo(t: TestContext, scheme: string, port: number): Promise<ClientHttp2Session> {
  const session = connect(`${scheme}://127.0.0.1:${port}`, {
    ca: tls.cert,
    servername: 'localhost',
  } as object)
  t.after(() => session.destroy())
  session.on('error', () => {})
  await once(session, 'connect')
  return session
}

async function get(session: ClientHttp2Session): Promise<string> {
  const stream = session.request({ ':path': '/' })
  let body = ''
  stream.setEncoding('utf8').on('data', (text: string) => (body += text))
  stream.on('error', () => {})
  await new Promise<void>((resolve) => stream.once('close', resolve))
  return stream.rstCode === 0 ? body : `reset ${stream.rstCode}`
}

for (const [kind, { create, scheme }] of Object.entries(kinds)) {
  test(`${kind}: streams in flight finish, and the session ends after two GOAWAYs (trap 17, 18, 19)`, async (t) => {
    const gate = new Gate()
    const server = create()
    let entered = 0
    const both = Promise.withResolvers<void>()
    server.on('stream', (stream) => {
      if (++entered === 2) both.resolve()
      void gate.pass().then(() => {
        stream.respond({ ':status': 200 })
        stream.end('done')
      })
    })
    const { adapter, port } = await drainable(t, server)
    const session = await connectTo(t, scheme, port)
    const goaways: [number, number][] = []
    session.on('goaway', (code, last) => goaways.push([code, last ?? 0]))
    const answers = [get(session), get(session)]
    await both.promise
    assert.equal(adapter.snapshot().inFlight.stream, 2)
    const drained = adapter.drain()
    await once(session, 'goaway')
    await once(session, 'goaway')
    gate.open()
    assert.deepEqual(await Promise.all(answers), ['done', 'done'])
    await within(3_000, 'drain', drained)
    // The final one may be said again when the session is destroyed.
    const [first, ...finals] = goaways
    assert.deepEqual(first, [0, anyStream])
    assert.deepEqual(new Set(finals.map(String)), new Set(['0,3']))
    assert.equal(adapter.snapshot().inFlight.stream, 0)
  })

  test(`${kind}: an idle session is told and ends (trap 18)`, async (t) => {
    const server = create()
    server.on('stream', (stream) => stream.end('ok'))
    const { adapter, port } = await drainable(t, server)
    const session = await connectTo(t, scheme, port)
    assert.equal(await get(session), 'ok')
    await within(3_000, 'drain', adapter.drain())
    assert.equal(session.closed || session.destroyed, true)
  })

  test(`${kind}: a session that was opened just before the drain is served its first stream in it (trap 3, 19)`, async (t) => {
    const server = create()
    server.on('stream', (stream) => stream.end('ok'))
    const { adapter, port } = await drainable(t, server, { shutdownDelayMs: 2_000 })
    const session = await connectTo(t, scheme, port)
    const drained = adapter.drain()
    for (let turns = 0; turns < 20; turns = server.listening ? 0 : turns + 1) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.equal(await get(session), 'ok')
    await within(5_000, 'drain', drained)
  })

  test(`${kind}: everything is served in the delay, and counted`, async (t) => {
    const server = create()
    server.on('stream', (stream) => stream.end('ok'))
    const drained = await drainable(t, server)
    const old = await connectTo(t, scheme, drained.port)
    drained.adapter.announceClose()
    const fresh = await connectTo(t, scheme, drained.port)
    assert.deepEqual([await get(old), await get(fresh)], ['ok', 'ok'])
    assert.equal(drained.late, 2)
    await within(3_000, 'drain', drained.adapter.drain())
  })

  test(`${kind}: an application that closes a session after the announcement is told when it is closed`, async (t) => {
    const gate = new Gate()
    const server = create()
    const begun = once(server, 'stream')
    server.on('stream', (stream) => void gate.pass().then(() => stream.end('done')))
    const opened = once(server, 'session')
    const { adapter, port } = await drainable(t, server)
    const client = await connectTo(t, scheme, port)
    const [session] = (await opened) as [ServerHttp2Session]
    const answer = get(client)
    await begun
    adapter.announceClose()
    const closed = new Promise<void>((resolve) => session.close(resolve))
    await within(5_000, 'GOAWAY', once(client, 'goaway'))
    gate.open()
    assert.equal(await within(5_000, 'answer', answer), 'done')
    await within(5_000, 'the callback of session.close()', closed)
    await within(5_000, 'drain', adapter.drain())
  })

  test(`${kind}: forceClose() counts each stream that was in flight`, async (t) => {
    const server = create()
    const entered = Promise.withResolvers<void>()
    server.on('stream', () => entered.resolve())
    const { adapter, port } = await drainable(t, server)
    const session = await connectTo(t, scheme, port)
    session.on('error', () => {})
    const answer = get(session)
    await entered.promise
    assert.deepEqual(
      adapter.forceClose().map((close) => close.kind),
      ['stream'],
    )
    assert.match(await answer, /^reset/)
  })
}

test('streams that are in the kernel when the drain begins are served (trap 19)', async (t) => {
  const server = createServer()
  server.on('stream', (stream) => stream.end('ok'))
  const { adapter, port } = await drainable(t, server)
  const client = await startKernelClient(port, 'http2', 5)
  client.sendWhileBlocked()
  await within(3_000, 'drain', adapter.drain())
  assert.deepEqual(await client.tally, { served: 5, reset: 0, ended: 0 })
})
