import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Opened } from './handshake.ts'
import { createMessageReader, encodeFrame, type Message, opcodes } from './frame.ts'

/** The connection was lost without a close frame (RFC 6455 §7.4.1). */
const ABNORMAL = 1006
/** How long the closing handshake may take. */
const HANDSHAKE_MS = 1_000

/** What a {@link WebSocketLink} tells, `onClose` exactly once. */
export interface LinkEvents {
  onData(text: string): void
  /** The server's close frame, or the loss of the connection, which is 1006. */
  onClose(code: number, error: NodeJS.ErrnoException | undefined): void
}

/** One open WebSocket. */
export class WebSocketLink {
  readonly socket: Socket
  readonly #events: LinkEvents
  readonly #reader = createMessageReader()
  #error: NodeJS.ErrnoException | undefined
  #closed = false
  #saidClose = false

  constructor({ socket, head }: Opened, events: LinkEvents) {
    this.socket = socket
    this.#events = events
    if (head.length > 0) socket.unshift(head)
    socket.on('error', (error) => (this.#error ??= error))
    socket.on('data', (chunk) => this.#read(chunk))
    socket.once('close', () => this.#end(ABNORMAL))
  }

  get closed(): boolean {
    return this.#closed
  }

  send(text: string): void {
    this.#write(opcodes.text, Buffer.from(text))
  }

  /** Sends a close frame and gives the server a moment to answer it. */
  close(code: number): void {
    if (this.#saidClose || this.socket.destroyed) return
    this.#saidClose = true
    this.#write(opcodes.close, Buffer.from([code >> 8, code & 0xff]))
    const timer = setTimeout(() => this.socket.destroy(), HANDSHAKE_MS)
    this.socket.once('close', () => clearTimeout(timer))
  }

  #read(chunk: Buffer): void {
    try {
      for (const message of this.#closed ? [] : this.#reader.write(chunk)) this.#take(message)
    } catch (error) {
      this.#error = error as Error
      this.socket.destroy()
    }
  }

  #take(message: Message): void {
    // What comes behind a close frame does not count (RFC 6455 §5.5.1).
    if (this.#closed) return
    if (message.kind === 'data') this.#events.onData(message.text)
    if (message.kind === 'ping') this.#write(opcodes.pong, message.payload)
    if (message.kind !== 'close') return
    this.close(message.code === 1005 ? 1000 : message.code)
    this.#end(message.code)
  }

  #end(code: number): void {
    if (this.#closed) return
    this.#closed = true
    this.#events.onClose(code, this.#error)
  }

  #write(opcode: number, payload: Buffer): void {
    if (this.socket.writable) this.socket.write(encodeFrame(opcode, payload, randomBytes(4)))
  }
}
