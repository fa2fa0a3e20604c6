import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { RawClient } from '../../../helpers/raw-http.ts'
import { connectGated } from '../tls/gated-tls.ts'
import { listenUnserved, nothing } from './late-serve.ts'
import { rawKinds } from '../raw-servers.ts'
import { tls } from '../setup.ts'
import { eventually, within } from '../../../helpers/eventually.ts'

const echo = (socket: Socket): void => void socket.on('error', () => {}).pipe(socket)

for (const [kind, { create, event, dial }] of Object.entries(rawKinds)) {
  const dialled = async (t: TestContext, port: number): Promise<RawClient> => {
    const client = await dial(port)
    t.after(() => client.close())
    return client
  }

  test(`${kind}: a conversation from before serve() is counted, told and waited for; an unused connection is closed`, async (t) => {
    const server = create(echo)
    const { port, serve, told } = await listenUnserved(t, server)
    const accepted = once(server, event)
    const talking = await dialled(t, port)
    const [socket] = await accepted
    talking.send('hello')
    await talking.until(() => talking.received === 'hello')
    const again = once(server, event)
    const unused = await dialled(t, port)
    await again
    const adapter = serve()
    assert.deepEqual(adapter.snapshot().connections, { active: 1, idle: 1 })
    assert.deepEqual(adapter.snapshot().inFlight, { ...nothing, upgrade: 1 })
    const drained = adapter.drain()
    await within(5_000, 'end of the unused one', unused.ended())
    assert.deepEqual(
      told.map((one) => one === socket),
      [true],
    )
    talking.send(' again')
    await within(
      5_000,
      'echo',
      talking.until(() => talking.received === 'hello again'),
    )
    talking.socket.end()
    await within(5_000, 'drain', drained)
  })

  test(`${kind}: forceClose() counts a conversation from before serve(), and resets it`, async (t) => {
    const { port, serve } = await listenUnserved(t, create(echo))
    const talking = await dialled(t, port)
    talking.send('hello')
    await talking.until(() => talking.received === 'hello')
    const adapter = serve()
    assert.deepEqual(
      adapter.forceClose().map(({ kind: what }) => what),
      ['upgrade'],
    )
    assert.equal(await within(5_000, 'end', talking.ended()), 'reset')
  })

  test(`${kind}: serve() in the middle of a conversation whose drain begins at once waits for it`, async (t) => {
    const server = create(echo)
    const { port, serve } = await listenUnserved(t, server)
    const talking = await dialled(t, port)
    talking.send('hello')
    await talking.until(() => talking.received === 'hello')
    let isDrained = false
    const drained = serve()
      .drain()
      .then(() => (isDrained = true))
    await eventually('the listener is closed', () => !server.listening)
    talking.send(' again')
    await within(
      5_000,
      'echo',
      talking.until(() => talking.received === 'hello again'),
    )
    assert.equal(isDrained, false)
    talking.socket.end()
    await within(5_000, 'drain', drained)
  })
}

test('tls.Server: a handshake that began before serve() is waited for', async (t) => {
  const server = createTlsServer(tls, echo)
  const { port, serve } = await listenUnserved(t, server)
  const accepted = once(server, 'connection')
  const client = await connectGated(t, { port, host: '127.0.0.1' })
  const [socket] = (await accepted) as [Socket]
  client.begin(10)
  await eventually('the handshake has begun', () => socket.bytesRead > 0)
  const adapter = serve(2_000)
  assert.deepEqual(adapter.snapshot().connections, { active: 0, idle: 1 })
  let isDrained = false
  const drained = adapter.drain().then(() => (isDrained = true))
  await eventually('the listener is closed', () => !server.listening)
  const secured = once(server, 'secureConnection')
  const secure = new RawClient(await client.finish())
  t.after(() => secure.close())
  await secured
  assert.equal(isDrained, false)
  secure.send('hello')
  await within(
    5_000,
    'echo',
    secure.until(() => secure.received === 'hello'),
  )
  secure.socket.end()
  await within(5_000, 'drain', drained)
})
