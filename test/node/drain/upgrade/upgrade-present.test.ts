import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { suite, test, type TestContext } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import type { DrainAdapter } from '../../../../src/node/drain/adapter.ts'
import { adapterFor } from '../../../../src/node/drain/servers/serve.ts'
import type { CloseHandshake } from '../../../../src/node/types.ts'
import { listen } from '../../../helpers/listen.ts'
import { RawClient } from '../../../helpers/raw-http.ts'
import { contextOf, Gate } from '../setup.ts'
import { kinds } from './upgrade-kinds.ts'
import {
  askForWebSocket,
  askUpgrade,
  beginDrain,
  frameOf,
  goingAway,
  switching,
  untilReceived,
} from './upgrade-setup.ts'
import { eventually, within } from '../../../helpers/eventually.ts'

/** Gives a server that listens its adapter, as `serve()` does. */
function serveNow(t: TestContext, server: Server, closeHandshake?: CloseHandshake): DrainAdapter {
  const adapter = adapterFor(server, contextOf({ closeHandshake }))
  t.after(() => {
    adapter.forceClose()
    adapter.release()
  })
  return adapter
}

const numbers = (adapter: DrainAdapter): unknown => {
  const { inFlight, connections } = adapter.snapshot()
  return [inFlight.request, inFlight.upgrade, connections.active + connections.idle]
}

for (const [name, kind] of Object.entries(kinds)) {
  suite(`upgrades from before serve(), ${name}`, () => {
    const client = async (t: TestContext, port: number): Promise<RawClient> => {
      const one = new RawClient(await within(5_000, 'connection', kind.connect(port)))
      t.after(() => one.close())
      return one
    }

    /** An upgrade that a server from before serve() has been asked for. */
    const asked = async (t: TestContext) => {
      const server = kind.createServer()
      server.on('upgrade', () => {})
      const { port } = await listen(t, server)
      const one = await client(t, port)
      return { server, one, ...(await askUpgrade(server, one)) }
    }

    test('WebSockets of ws are counted, and sent 1001 in their turn', async (t) => {
      const server = kind.createServer()
      const sockets = new WebSocketServer({ server })
      sockets.on('connection', (socket) => socket.send('welcome'))
      const { port } = await listen(t, server)
      const clients = Array.from({ length: 3 }, () => {
        return new WebSocket(`${kind.scheme}://127.0.0.1:${port}`, { rejectUnauthorized: false })
      })
      await within(5_000, 'welcomes', Promise.all(clients.map((one) => once(one, 'message'))))
      const adapter = serveNow(t, server)
      assert.deepEqual(numbers(adapter), [0, 3, 3])
      const codes = Promise.all(clients.map(async (one) => ((await once(one, 'close')) as [number])[0]))
      await within(8_000, 'drain', adapter.drain())
      assert.deepEqual(await within(5_000, 'closes', codes), [1001, 1001, 1001])
      assert.deepEqual(numbers(adapter), [0, 0, 0])
    })

    test('one that ws is closing itself is not told twice, and let go', async (t) => {
      const server = kind.createServer()
      const sockets = new WebSocketServer({ server })
      sockets.on('connection', (socket) => socket.close(4000))
      const { port } = await listen(t, server)
      const one = await client(t, port)
      one.send(askForWebSocket)
      await untilReceived(one, '\x88\x02\x0f\xa0')
      const adapter = serveNow(t, server)
      await within(8_000, 'drain', adapter.drain())
      assert.ok(one.received.endsWith('\r\n\r\n\x88\x02\x0f\xa0'))
    })

    test('one that is answered after serve() was a request until then, and its client gets 101, then 1001', async (t) => {
      const server = kind.createServer()
      const sockets = new WebSocketServer({ noServer: true })
      const gate = new Gate()
      server.on('upgrade', (request, socket, head) => {
        void gate
          .pass()
          .then(() => sockets.handleUpgrade(request, socket, head, (one) => one.send('welcome')))
      })
      const { port } = await listen(t, server)
      const one = await client(t, port)
      one.send(askForWebSocket)
      await within(5_000, 'upgrade', gate.entered)
      const adapter = serveNow(t, server)
      assert.deepEqual(numbers(adapter), [1, 0, 1])
      await beginDrain(adapter)
      gate.open()
      await untilReceived(one, goingAway)
      assert.match(one.received, /^HTTP\/1\.1 101 /)
      assert.ok(one.received.endsWith(`\r\n\r\n${frameOf('welcome').toString('latin1')}${goingAway}`))
      assert.deepEqual(numbers(adapter), [0, 1, 1])
    })

    test('one that is refused after serve() gets the whole of its 401', async (t) => {
      const { server, one, socket } = await asked(t)
      const adapter = serveNow(t, server)
      const { drained } = await beginDrain(adapter)
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno')
      assert.equal((await within(5_000, 'response', one.response())).body, 'no')
      await within(5_000, 'drain', drained)
    })

    test('one of an unknown library is waited for without a word, and counted when it is force-closed', async (t) => {
      const { server, one, socket } = await asked(t)
      socket.write(switching)
      const message = frameOf('in two halves')
      socket.write(message.subarray(0, 5))
      await untilReceived(one, '\x81\x0din ')
      const adapter = serveNow(t, server)
      await beginDrain(adapter)
      socket.write(message.subarray(5))
      await untilReceived(one, 'halves')
      assert.ok(one.received.endsWith(message.toString('latin1')))
      assert.deepEqual(
        adapter.forceClose().map(({ kind: what, label }) => [what, label]),
        [['upgrade', 'upgrade from before serve()']],
      )
    })

    test('each gets its close handshake, without a request', async (t) => {
      const { server, one, socket } = await asked(t)
      socket.write(switching)
      await untilReceived(one, switching)
      const requests: unknown[] = []
      const adapter = serveNow(t, server, (stream, request) => {
        requests.push(request)
        stream.end('BYE')
      })
      await beginDrain(adapter)
      assert.equal(await within(5_000, 'end', one.ended()), 'end')
      assert.ok(one.received.endsWith('BYE'))
      assert.deepEqual(requests, [null])
    })

    for (const when of ['in the delay', 'in the drain']) {
      test(`half an upgrade request is waited for; its rest comes ${when}`, async (t) => {
        const server = kind.createServer()
        server.on('upgrade', (_request, socket) => {
          socket.on('error', () => {})
          socket.write(switching)
        })
        const { port } = await listen(t, server)
        const accepted = once(server, name === 'https' ? 'secureConnection' : 'connection') as Promise<
          [Socket]
        >
        const one = await client(t, port)
        const [socket] = await within(5_000, 'connection', accepted)
        // Over TLS the handshake counts as well.
        const before = socket.bytesRead
        one.send(askForWebSocket.slice(0, 40))
        await eventually('half a request has arrived', () => socket.bytesRead >= before + 40)
        const adapter = serveNow(t, server)
        assert.deepEqual(numbers(adapter), [1, 0, 1])
        adapter.announceClose()
        const { drained } = when === 'in the drain' ? await beginDrain(adapter) : { drained: null }
        one.send(askForWebSocket.slice(40))
        if (drained) {
          assert.equal((await within(5_000, 'response', one.response())).status, 503)
          await within(5_000, 'drain', drained)
          return
        }
        await untilReceived(one, switching)
        assert.deepEqual(numbers(adapter), [0, 1, 1])
        await beginDrain(adapter)
        await untilReceived(one, goingAway)
      })
    }
  })
}
