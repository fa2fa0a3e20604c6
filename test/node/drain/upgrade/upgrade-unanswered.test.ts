import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { suite, test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { within } from '../../../helpers/eventually.ts'
import { drainable, Gate } from '../setup.ts'
import {
  askForWebSocket,
  askUpgrade,
  beginDrain,
  goingAway,
  silentServer,
  switching,
  untilReceived,
} from './upgrade-setup.ts'

const unauthorized = 'HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno'

suite('an upgrade is a request until it is answered', () => {
  test('the client of one that is answered in the drain gets its 101 first, and then 1001', async (t) => {
    const server = createServer()
    const sockets = new WebSocketServer({ noServer: true })
    const gate = new Gate()
    server.on('upgrade', (request, socket, head) => {
      void gate.pass().then(() => sockets.handleUpgrade(request, socket, head, () => {}))
    })
    const { adapter, port } = await drainable(t, server)
    const client = new WebSocket(`ws://127.0.0.1:${port}`)
    const events: string[] = []
    client.on('open', () => events.push('open'))
    const closed = new Promise<void>((resolve, reject) => {
      client.on('error', reject)
      client.on('close', (code) => {
        events.push(`close ${code}`)
        resolve()
      })
    })
    await within(5_000, 'upgrade', gate.entered)
    const { drained } = await beginDrain(adapter)
    gate.open()
    await within(5_000, 'close', closed)
    assert.deepEqual(events, ['open', 'close 1001'])
    await within(5_000, 'drain', drained)
  })

  test('one that is refused in the drain gets the whole of its 401, and nothing else', async (t) => {
    const server = createServer()
    const gate = new Gate()
    const sockets = new WebSocketServer({
      server,
      verifyClient: (_info: unknown, done: (ok: boolean, status: number) => void) => {
        void gate.pass().then(() => done(false, 401))
      },
    })
    t.after(() => sockets.close())
    const { adapter, client } = await drainable(t, server)
    const one = await client()
    one.send(askForWebSocket)
    await within(5_000, 'upgrade', gate.entered)
    const { drained } = await beginDrain(adapter)
    gate.open()
    const { status, body } = await within(5_000, 'response', one.response())
    assert.deepEqual([status, body], [401, 'Unauthorized'])
    assert.equal(await within(5_000, 'end', one.ended()), 'end')
    assert.doesNotMatch(one.received, /\x88/)
    await within(5_000, 'drain', drained)
  })

  test('it is counted as a request, then as an upgrade', async (t) => {
    const server = silentServer()
    const { adapter, client } = await drainable(t, server)
    const { socket } = await askUpgrade(server, await client())
    const { inFlight, connections } = adapter.snapshot()
    assert.deepEqual(inFlight, { request: 1, stream: 0, upgrade: 0 })
    assert.deepEqual(connections, { active: 1, idle: 0 })
    for (const piece of [switching.slice(0, 5), switching.slice(5, 30), switching.slice(30, -2)]) {
      socket.write(piece)
      assert.deepEqual(adapter.snapshot().inFlight, { request: 1, stream: 0, upgrade: 0 })
    }
    socket.write(switching.slice(-2))
    assert.deepEqual(adapter.snapshot().inFlight, { request: 0, stream: 0, upgrade: 1 })
    assert.deepEqual(adapter.snapshot().connections, { active: 1, idle: 0 })
  })

  test('one that is never answered is force-closed at the deadline and reported as a request, without its query', async (t) => {
    const server = silentServer()
    const { adapter, client } = await drainable(t, server)
    const one = await client()
    await askUpgrade(server, one)
    await beginDrain(adapter)
    const forced = adapter.forceClose()
    assert.deepEqual(
      forced.map(({ kind, label }) => [kind, label]),
      [['request', 'GET /chat']],
    )
    assert.equal(await within(5_000, 'end', one.ended()), 'reset')
    assert.equal(one.received, '')
  })

  test('a refusal that is not written out is force-closed as a request, one that is out is not reported', async (t) => {
    const server = silentServer()
    const { adapter, client } = await drainable(t, server)
    const [half, whole] = [await client({ allowHalfOpen: true }), await client({ allowHalfOpen: true })]
    const halfAnswered = await askUpgrade(server, half)
    halfAnswered.socket.write(unauthorized.slice(0, -1))
    const answered = await askUpgrade(server, whole)
    answered.socket.end(unauthorized)
    await within(5_000, 'finish', once(answered.socket, 'finish'))
    assert.deepEqual(adapter.snapshot().inFlight, { request: 1, stream: 0, upgrade: 0 })
    assert.deepEqual(adapter.snapshot().connections, { active: 1, idle: 1 })
    await beginDrain(adapter)
    assert.deepEqual(
      adapter.forceClose().map(({ kind }) => kind),
      ['request'],
    )
    assert.equal(await within(5_000, 'response', whole.response()).then(({ status }) => status), 401)
  })

  for (const isEarly of [true, false]) {
    test(`a client that does not close after its refusal ${isEarly ? 'before' : 'in'} the drain is let go`, async (t) => {
      const server = silentServer()
      const { adapter, client } = await drainable(t, server)
      const one = await client({ allowHalfOpen: true })
      const { socket } = await askUpgrade(server, one)
      const answer = (): unknown => socket.end(unauthorized)
      if (isEarly) answer()
      const { drained } = await beginDrain(adapter)
      if (!isEarly) answer()
      await within(5_000, 'drain', drained)
      assert.equal((await one.response()).body, 'no')
    })
  }

  test('its close handshake comes when it has become an upgrade, and not before', async (t) => {
    const server = silentServer()
    const urls: unknown[] = []
    const closeHandshake = (socket: Duplex, request: IncomingMessage | null): void => {
      urls.push(request?.url)
      socket.end(Buffer.from(goingAway, 'latin1'))
    }
    const { adapter, client } = await drainable(t, server, { closeHandshake })
    const [early, late] = [await client(), await client()]
    const first = await askUpgrade(server, early)
    first.socket.write(switching)
    const second = await askUpgrade(server, late, askForWebSocket.replace('/chat', '/late'))
    await beginDrain(adapter)
    await untilReceived(early, goingAway)
    assert.deepEqual(urls, ['/chat?token=secret'])
    second.socket.write(switching)
    await untilReceived(late, goingAway)
    assert.deepEqual(urls, ['/chat?token=secret', '/late?token=secret'])
  })

  test('one that comes after the announcement is a late request, served in the delay and refused in the drain', async (t) => {
    const server = silentServer()
    const drained = await drainable(t, server)
    const [early, between, late] = [await drained.client(), await drained.client(), await drained.client()]
    await askUpgrade(server, early)
    assert.equal(drained.late, 0)
    drained.adapter.announceClose()
    await askUpgrade(server, between)
    assert.equal(drained.late, 1)
    late.send(askForWebSocket.slice(0, 30))
    await beginDrain(drained.adapter)
    late.send(askForWebSocket.slice(30))
    assert.equal((await within(5_000, 'response', late.response())).status, 503)
    assert.equal(drained.late, 2)
  })
})
