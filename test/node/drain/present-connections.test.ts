import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { connect as connectHttp2, createSecureServer, createServer as createHttp2Server } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import {
  acceptedSockets,
  streamsOf,
  presentHttp1,
  presentSessions,
  presentUpgraded,
  securedSockets,
  sessionOn,
  tlsSocketAround,
} from '../../../src/node/drain/present-connections.ts'
import { tls } from './setup.ts'
import { eventually } from '../../helpers/eventually.ts'

async function listen(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of acceptedSockets(server)) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

async function dial(t: TestContext, port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

async function dialTls(t: TestContext, port: number): Promise<Socket> {
  const socket = connectTls({ port, host: '127.0.0.1', ca: tls.cert, servername: 'localhost' })
  socket.on('error', () => {})
  t.after(() => socket.destroy())
  await once(socket, 'secureConnect')
  return socket
}

test('acceptedSockets(): the connections of this server and of no other', async (t) => {
  const [one, other] = [createServer(), createServer()]
  const [onePort, otherPort] = [await listen(t, one), await listen(t, other)]
  const client = await dial(t, onePort)
  await dial(t, otherPort)
  await eventually(
    'both are accepted',
    () => acceptedSockets(one).length + acceptedSockets(other).length === 2,
  )
  assert.deepEqual(
    acceptedSockets(one).map(({ remotePort }) => remotePort),
    [client.localPort],
  )
})

test('securedSockets(): TLS sockets whose handshake is over; a half-open one has its TLS socket, too', async (t) => {
  const server = createTlsServer(tls)
  const port = await listen(t, server)
  const secured = once(server, 'secureConnection')
  await dialTls(t, port)
  const half = await dial(t, port)
  const [socket] = await secured
  await eventually('the second is accepted', () => acceptedSockets(server).length === 2)
  assert.deepEqual(
    securedSockets(server).map((found) => found === socket),
    [true],
  )
  const raw = acceptedSockets(server).find(({ remotePort }) => remotePort === half.localPort)!
  const around = tlsSocketAround(raw)
  assert.equal(around?.remotePort, half.localPort)
  assert.equal(around?.destroyed, false, 'looking for it must not end it')
  assert.equal(raw.destroyed, false)
})

test('tlsSocketAround(): null for a socket without TLS, whatever listens to its errors', async (t) => {
  const server = createServer((socket) => socket.on('error', () => assert.fail('must not be called')))
  await dial(t, await listen(t, server))
  await eventually('it is accepted', () => acceptedSockets(server).length === 1)
  assert.equal(tlsSocketAround(acceptedSockets(server)[0]!), null)
})

const http1 = {
  http: { create: () => createHttpServer(), dial, isTls: false },
  https: { create: () => createHttpsServer(tls), dial: dialTls, isTls: true },
  'http2 with allowHTTP1': {
    create: () => createSecureServer({ ...tls, allowHTTP1: true }) as unknown as HttpServer,
    dial: dialTls,
    isTls: true,
  },
}

for (const [kind, { create, dial: connectTo, isTls }] of Object.entries(http1)) {
  test(`presentHttp1(): ${kind}: idle, in the middle of a head, with a response under way`, async (t) => {
    const server = create()
    server.on('request', (request, response) => void (request.url === '/ready' && response.end('ok')))
    const port = await listen(t, server)
    const [unused, half, open, idle] = [
      await connectTo(t, port),
      await connectTo(t, port),
      await connectTo(t, port),
      await connectTo(t, port),
    ]
    half.write('GET /half HTTP/1.1\r\n')
    const asked = once(server, 'request')
    open.write('GET /open HTTP/1.1\r\nHost: test\r\n\r\n')
    await asked
    idle.write('GET /ready HTTP/1.1\r\nHost: test\r\n\r\n')
    await once(idle, 'data')
    const of = ({ localPort }: Socket) =>
      presentHttp1(server).find(({ socket }) => socket.remotePort === localPort)
    await eventually('half a head is there', () => of(half)!.isMidRequest)
    await eventually('the answer is written out', () => of(idle)!.response === null)
    const facts = (client: Socket) => {
      const { response, isMidRequest } = of(client)!
      return [response?.req.url ?? null, isMidRequest]
    }
    assert.deepEqual([unused, half, open, idle].map(facts), [
      [null, false],
      [null, true],
      ['/open', false],
      [null, false],
    ])
  })

  test(`presentUpgraded(): ${kind}: what has stopped speaking HTTP/1, and nothing else`, async (t) => {
    const server = create()
    server.on('upgrade', (_request, socket) => void socket.write('HTTP/1.1 101 Go on\r\n\r\n'))
    const port = await listen(t, server)
    const [client] = [await connectTo(t, port), await connectTo(t, port)]
    client.write('GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n')
    await once(client, 'data')
    assert.deepEqual(
      presentUpgraded(server, isTls).map(({ remotePort }) => remotePort),
      [client.localPort],
    )
  })
}

const http2 = {
  h2c: {
    create: () => createHttp2Server() as Server,
    scheme: 'http',
    sockets: acceptedSockets,
    isTls: false,
  },
  'h2 over TLS': {
    create: () => createSecureServer(tls) as Server,
    scheme: 'https',
    isTls: true,
  },
}

for (const [kind, { create, scheme, isTls }] of Object.entries(http2)) {
  test(`sessionOn(), presentSessions(), streamsOf(): ${kind}`, async (t) => {
    const server = create()
    const client = connectHttp2(`${scheme}://127.0.0.1:${await listen(t, server)}`, {
      ca: tls.cert,
      servername: 'localhost',
    } as object)
    client.on('error', () => {})
    t.after(() => client.destroy())
    const asked = once(server, 'stream')
    client.request({ ':path': '/' }).on('error', () => {})
    const [stream] = await asked
    const [session] = presentSessions(server, isTls).keys()
    assert.ok(session && session === stream.session)
    const [socket] = isTls ? securedSockets(server) : acceptedSockets(server)
    assert.ok(sessionOn(socket!) === session)
    const streams = streamsOf(session)
    assert.ok(streams)
    assert.deepEqual([...streams.keys()], [1])
    stream.close()
    await once(stream, 'close')
    assert.equal(streams.size, 0)
  })
}
