import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect as connectSecure } from 'node:tls'
import { WebSocket } from 'ws'
import { RawClient } from '../raw-http.ts'

/** A healthy client with something in flight. */
export interface Neighbour {
  /** Rejects unless everything came as it should. */
  readonly finished: Promise<void>
}

/** Asks for `/slow` and opens a WebSocket, which is to be closed with 1001. */
export async function joinHttp1(port: number, entered: Promise<unknown>, ca?: Buffer): Promise<Neighbour> {
  const client = ca
    ? new RawClient(connectSecure({ port, host: '127.0.0.1', ca, servername: 'localhost' }))
    : await RawClient.connect(port)
  client.get('/slow')
  await entered
  const url = `${ca ? 'wss' : 'ws'}://127.0.0.1:${port}`
  const socket = new WebSocket(url, { rejectUnauthorized: false })
  await once(socket, 'open')
  const closed = once(socket, 'close')
  const finish = async (): Promise<void> => {
    const { status, body } = await client.response()
    assert.deepEqual([status, body], [200, 'done'])
    assert.equal((await closed)[0], 1001)
    client.close()
  }
  return { finished: finish() }
}

/** Asks for `/slow`. */
export async function joinHttp2(port: number, entered: Promise<unknown>, ca?: Buffer): Promise<Neighbour> {
  const address = `${ca ? 'https' : 'http'}://127.0.0.1:${port}`
  const session = connectHttp2(address, { ...(ca && { ca }), servername: 'localhost' })
  // What goes wrong shows in how its stream ends.
  session.on('error', () => {})
  const stream = session.request({ ':path': '/slow' }).on('error', () => {})
  await entered
  const finish = async (): Promise<void> => {
    let body = ''
    stream.setEncoding('utf8').on('data', (text: string) => (body += text))
    await new Promise((resolve) => stream.once('close', resolve))
    assert.deepEqual([stream.rstCode, body], [0, 'done'])
  }
  return { finished: finish() }
}
