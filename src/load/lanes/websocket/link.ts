import type { Socket } from 'node:net'
import { type ClientOptions, WebSocket } from 'ws'
import { type ConnectionFacts, dial, factsOf } from '../../dial.ts'
import type { Headers } from '../../headers.ts'
import type { RequestStage, SampleError, Target } from '../../sample.ts'
import { describeTimeout } from '../../trace.ts'

/** Limit for the close handshake, until the server has ended the connection. */
const CLOSE_MS = 1_000
/** An echo is small; a longer payload means that the bytes are not a frame. */
const MAX_PAYLOAD_BYTES = 1024 * 1024

/** Where to open a WebSocket. */
export interface WebSocketPlace {
  readonly path: string
  readonly headers: Headers
  /** Timeout of the opening handshake. */
  readonly timeoutMs: number
}

/** Why there is no WebSocket. */
export interface NotOpened {
  readonly error: SampleError
  readonly status: number | undefined
  readonly facts: ConnectionFacts | undefined
}

/** Events of a {@link WebSocketLink}. */
export interface LinkEvents {
  /** The connection is up, including TLS if it is used, and the opening handshake is sent. */
  onConnected(): void
  /**
   * Called for each complete message. Text and binary count the same: a naive echo may answer a text with
   * either.
   */
  onText(text: string): void
  /**
   * An open WebSocket has ended: after a close frame with this code, or with 1006 without one. Called once.
   */
  onClose(code: number, error: NodeJS.ErrnoException | undefined): void
}

/** One WebSocket on its own connection. It opens only once. */
export class WebSocketLink {
  /** The connection, with its facts and ports. */
  readonly connection: Socket
  /** Resolves to undefined when it is open, or to the reason for its failure. */
  readonly opened: Promise<NotOpened | undefined>
  /** Resolves when the connection is gone, even if the WebSocket was never open. */
  readonly closed: Promise<void>
  readonly #socket: WebSocket

  constructor(target: Target, place: WebSocketPlace, events: LinkEvents) {
    const connection = dial(target)
    this.connection = connection
    const options: ClientOptions & { readonly closeTimeout: number } = {
      createConnection: () => connection,
      headers: place.headers,
      perMessageDeflate: false,
      maxPayload: MAX_PAYLOAD_BYTES,
      closeTimeout: CLOSE_MS,
    }
    // The `host` header names the host, and the connection handles TLS. `WebSocket` refuses a fragment, which
    // no server would see anyway.
    this.#socket = new WebSocket(`ws://localhost${place.path.replaceAll('#', '%23')}`, options)
    this.opened = follow(this.#socket, connection, place.timeoutMs, () => events.onConnected())
    this.closed = new Promise((resolve) => void this.#socket.once('close', () => resolve()))
    let error: NodeJS.ErrnoException | undefined
    connection.on('error', (cause) => (error ??= cause))
    this.#socket.on('message', (data: Buffer) => events.onText(data.toString()))
    this.#socket.on('error', (cause) => (error ??= cause))
    this.#socket.once('open', () => this.#socket.once('close', (code) => events.onClose(code, error)))
  }

  /** Whether messages can be sent. */
  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  send(text: string): void {
    this.#socket.send(text)
  }

  /** Starts the close handshake with code 1000. */
  close(): void {
    this.#socket.close(1000)
  }

  /** Destroys the connection. */
  destroy(): void {
    this.#socket.terminate()
  }
}

/** Waits until the opening handshake ends. Never rejects. */
function follow(
  socket: WebSocket,
  connection: Socket,
  timeoutMs: number,
  onConnected: () => void,
): Promise<NotOpened | undefined> {
  const { promise, resolve } = Promise.withResolvers<NotOpened | undefined>()
  const startedAtMs = performance.now()
  let stage: RequestStage = 'connect'
  let status: number | undefined
  const giveUp = (error: SampleError): void => {
    clearTimeout(timer)
    resolve({ error, status, facts: factsOf(connection) })
    socket.terminate()
  }
  const timer = setTimeout(() => {
    const message = `no WebSocket within ${timeoutMs} ms`
    giveUp(describeTimeout({ message, stage }, performance.now() - startedAtMs - timeoutMs))
  }, timeoutMs)
  connection.once(factsOf(connection)?.upEvent ?? 'connect', () => {
    stage = 'wait'
    onConnected()
  })
  socket.once('upgrade', () => (status = 101))
  socket.once('open', () => {
    clearTimeout(timer)
    resolve(undefined)
  })
  socket.once('unexpected-response', (_request, response) => {
    status = response.statusCode
    response.on('error', () => undefined)
    giveUp({ code: `HTTP_${status}`, message: `answered ${status} instead of opening a WebSocket`, stage })
  })
  socket.on('error', ({ code, syscall, message }: NodeJS.ErrnoException) => {
    const wrong = { code: 'WEBSOCKET_HANDSHAKE', message: `not opened: ${message}` }
    const broken = status === 101 ? wrong : { code: code ?? 'UNKNOWN', message }
    giveUp({ ...broken, stage, ...(syscall !== undefined && { syscall }) })
  })
  return promise
}
