import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { DrainAdapter } from '../../../../src/node/drain/adapter.ts'
import type { RawClient } from '../../../helpers/raw-http.ts'
import { eventually, within } from '../../../helpers/eventually.ts'

/** What `ws` and browsers send; the key is the one of RFC 6455 §1.3. */
export const askForWebSocket =
  'GET /chat?token=secret HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
export const switching =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
/** A close frame with 1001. */
export const goingAway = '\x88\x02\x03\xe9'
/** The same from a client: masked, here with zeros. */
export const goingAwayToo = '\x88\x82\0\0\0\0\x03\xe9'

/** A text frame from a server. */
export function frameOf(text: string): Buffer {
  const head = text.length < 126 ? [0x81, text.length] : [0x81, 126, text.length >> 8, text.length & 0xff]
  return Buffer.concat([Buffer.from(head), Buffer.from(text, 'latin1')])
}

/** What a server's upgrade handler gets. */
export interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex
}

/** Sends the head of an upgrade and waits until the server's own handler has it. */
export async function askUpgrade(
  server: Server,
  client: RawClient,
  head = askForWebSocket,
): Promise<Upgrade> {
  const event = head.startsWith('CONNECT') ? 'connect' : 'upgrade'
  const arrived = once(server, event) as Promise<[IncomingMessage, Duplex]>
  client.send(head)
  const [request, socket] = await within(5_000, event, arrived)
  socket.on('error', () => {})
  return { request, socket }
}

/** Begins the drain and waits until the protocol drainers have begun theirs. */
export async function beginDrain(adapter: DrainAdapter): Promise<{ readonly drained: Promise<void> }> {
  const drained = adapter.drain()
  await eventually('the listener is closed', () => !adapter.isListening())
  await new Promise((resolve) => setImmediate(resolve))
  return { drained }
}

/** Bounds what only a client can see. */
export function untilReceived(client: RawClient, what: string): Promise<void> {
  const here = client.until(() => client.received.includes(what) || client.ending !== 'open')
  return within(5_000, JSON.stringify(what), here)
}

/** A server that leaves upgrades to the test. */
export function silentServer(): Server {
  const server = createServer((_, response) => response.end('plain'))
  for (const event of ['upgrade', 'connect']) server.on(event, () => {})
  return server
}
