import assert from 'node:assert/strict'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createNetServer, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { closeWhenSilent } from '../../../src/node/drain/let-go.ts'
import { closeWebSocket } from '../../../src/node/drain/upgrade/websocket.ts'
import { eventually, turns } from '../../helpers/eventually.ts'
import { manualClock } from '../../helpers/manual-clock.ts'
import { connectGated } from './tls/gated-tls.ts'
import { drainable, tls } from './setup.ts'

/** As long as a connection is kept whose client may be writing. */
const shutdownDelayMs = 2_000

test('a TLS handshake may be silent for a second more than other clients, and again after each byte', async (t) => {
  const clock = manualClock(t)
  const server = createHttpsServer(tls)
  const { adapter, port } = await drainable(t, server, { shutdownDelayMs })
  const accepted: Socket[] = []
  server.on('connection', (raw: Socket) => void accepted.push(raw))
  const silent = await connectGated(t, { port, host: '127.0.0.1' })
  await eventually('the first is accepted', () => accepted.length === 1)
  const slow = await connectGated(t, { port, host: '127.0.0.1' })
  await eventually('both are accepted', () => accepted.length === 2)
  const [silentSide, slowSide] = accepted as [Socket, Socket]
  const drained = adapter.drain()
  await eventually('the listener is closed', () => !server.listening)
  const patienceMs = shutdownDelayMs + 1_000
  clock.tick(patienceMs - 1)
  slow.begin(10)
  await eventually('it has begun', () => slowSide.bytesRead === 10)
  assert.deepEqual([silentSide.destroyed, slowSide.destroyed], [false, false])
  clock.tick(1)
  await turns(5)
  assert.deepEqual([silentSide.destroyed, slowSide.destroyed], [true, false])
  clock.tick(patienceMs - 1)
  await turns(5)
  assert.equal(slowSide.destroyed, false)
  clock.tick(1)
  await turns(5)
  assert.equal(slowSide.destroyed, true)
  await drained
  silent.raw.destroy()
})

test('connections that are unused in the drain are looked at forty times a second, and closed in time', async (t) => {
  const clock = manualClock(t)
  const told: unknown[] = []
  const sockets: Socket[] = []
  const server = createNetServer((socket) => void sockets.push(socket.on('error', () => {}).resume()))
  const { adapter, client } = await drainable(t, server, {
    shutdownDelayMs,
    closeHandshake: (socket) => {
      told.push(socket)
      socket.end()
    },
  })
  const one = await client()
  await eventually('it is accepted', () => sockets.length === 1)
  await client()
  await eventually('both are accepted', () => sockets.length === 2)
  const drained = adapter.drain()
  await eventually('the listener is closed', () => !server.listening)
  await turns(5)
  one.send('hello')
  await eventually('it has arrived', () => sockets[0]?.bytesRead === 5)
  clock.tick(24)
  await turns(5)
  assert.equal(told.length, 0)
  clock.tick(1)
  await turns(5)
  assert.deepEqual(told, [sockets[0]])
  for (let ms = 25; ms < shutdownDelayMs - 25; ms += 25) {
    clock.tick(25)
    await turns(1)
  }
  assert.equal(sockets[1]?.destroyed, false)
  clock.tick(25)
  await eventually('the unused one is closed', () => sockets[1]?.destroyed === true)
  assert.equal(told.length, 1)
  await drained
})

test('a client that does not answer a close frame has two seconds', async (t) => {
  const clock = manualClock(t)
  const wire = new PassThrough()
  closeWebSocket(wire)
  await turns(2)
  clock.tick(1_999)
  await turns(2)
  assert.equal(wire.destroyed, false)
  clock.tick(1)
  await turns(2)
  assert.equal(wire.destroyed, true)
})

test('a connection is closed after a second without a byte of its client', async (t) => {
  const clock = manualClock(t)
  const socket = Object.assign(new PassThrough(), { bytesRead: 0 })
  closeWhenSilent(socket as unknown as Socket)
  for (const heard of [5, 10]) {
    socket.bytesRead = heard
    clock.tick(1_000)
    await turns(2)
    assert.equal(socket.destroyed, false)
  }
  clock.tick(999)
  await turns(2)
  assert.equal(socket.destroyed, false)
  clock.tick(1)
  await turns(2)
  assert.equal(socket.destroyed, true)
})
