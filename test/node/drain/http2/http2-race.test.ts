import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type ClientHttp2Session, connect, constants, createServer } from 'node:http2'
import {
  type AddressInfo,
  connect as connectTcp,
  createServer as createTcpServer,
  type Socket,
} from 'node:net'
import { test, type TestContext } from 'node:test'
import { within } from '../../../helpers/eventually.ts'
import { drainable } from '../setup.ts'

/** A wire whose two directions can be held up, each on its own. */
class Wire {
  readonly server = createTcpServer((near) => this.#join(near))
  #port = 0
  #near: Socket | undefined
  #far: Socket | undefined

  async listen(t: TestContext, port: number): Promise<number> {
    this.#port = port
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    t.after(() => {
      this.#near?.destroy()
      this.#far?.destroy()
      this.server.close()
    })
    return (this.server.address() as AddressInfo).port
  }

  /** Holds both directions; resolves to what lets each go again and tells when bytes wait in it. */
  hold() {
    return { toServer: holdUp(this.#near, this.#far), toClient: holdUp(this.#far, this.#near) }
  }

  #join(near: Socket): void {
    const far = connectTcp(this.#port, '127.0.0.1')
    this.#near = near
    this.#far = far
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('error', () => {})
      from.on('close', () => to.destroy())
      from.on('data', (data) => to.write(data))
    }
  }
}

function holdUp(from: Socket | undefined, to: Socket | undefined) {
  assert.ok(from && to)
  const held: Buffer[] = []
  const arrived = Promise.withResolvers<void>()
  from.removeAllListeners('data')
  from.on('data', (data) => {
    held.push(data)
    arrived.resolve()
  })
  return {
    arrived: arrived.promise,
    release: () => {
      from.removeAllListeners('data')
      for (const data of held) to.write(data)
      from.on('data', (data) => to.write(data))
    },
  }
}

async function answerOf(session: ClientHttp2Session): Promise<string> {
  const stream = session.request({ ':path': '/' })
  stream.resume().on('error', () => {})
  let status = 0
  stream.on('response', (headers) => (status = Number(headers[':status'])))
  await new Promise((resolve) => stream.once('close', resolve))
  return stream.rstCode === 0 ? String(status) : `reset ${stream.rstCode}`
}

async function start(t: TestContext) {
  const server = createServer()
  let processed = 0
  server.on('stream', (stream) => {
    processed++
    stream.respond({ ':status': 200 })
    stream.end('ok')
  })
  const { adapter, port } = await drainable(t, server)
  const wire = new Wire()
  const session = connect(`http://127.0.0.1:${await wire.listen(t, port)}`)
  session.on('error', () => {})
  t.after(() => session.destroy())
  assert.equal(await answerOf(session), '200')
  return { adapter, session, wire, processed: () => processed }
}

test('a stream that crosses the first GOAWAY on the wire is served, or refused without having been processed (trap 19)', async (t) => {
  const { adapter, session, wire, processed } = await start(t)
  const { toServer, toClient } = wire.hold()
  const answer = answerOf(session)
  await toServer.arrived
  const drained = adapter.drain()
  await toClient.arrived
  toServer.release()
  toClient.release()
  const outcome = await answer
  // REFUSED_STREAM tells the client that it may send the request again (RFC 9113 §8.7).
  assert.deepEqual(
    [outcome, processed()],
    outcome === '200' ? ['200', 2] : [`reset ${constants.NGHTTP2_REFUSED_STREAM}`, 1],
  )
  await within(3_000, 'drain', drained)
})

test('a stream behind a GOAWAY of the client is served in the delay: it only says that it will not take pushes', async (t) => {
  const { adapter, session } = await start(t)
  adapter.announceClose()
  session.goaway(0)
  assert.equal(await answerOf(session), '200')
  await within(3_000, 'drain', adapter.drain())
})
