import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectSecure } from 'node:tls'
import { WAIT_MS, within } from '../eventually.ts'

/** How a {@link HostileClient} connects. */
export interface HostileOptions {
  /** Certificate of a TLS server; without one it is plain TCP. */
  readonly ca?: Buffer
  /** Plain TCP all the same. */
  readonly plain?: boolean
  /** Protocols of ALPN. */
  readonly alpn?: readonly string[]
  /** It takes no byte out of its socket. */
  readonly neverReads?: boolean
}

/**
 * A client that does what no client should, and does not mind how its connection ends. It never ends its own
 * side because the server did.
 */
export class HostileClient {
  readonly socket: Socket
  readonly #raw: Socket
  /** Resolves when the server has ended its side or the connection is gone. */
  readonly ended: Promise<void>
  /** What has arrived, as latin1. */
  received = ''
  #waiters: (() => void)[] = []

  constructor(socket: Socket, raw: Socket, neverReads: boolean) {
    this.socket = socket
    this.#raw = raw.on('error', () => {})
    socket.on('error', () => {})
    this.ended = new Promise((resolve) => {
      socket.once('end', resolve)
      socket.once('close', () => resolve())
    })
    socket.once('close', () => this.#wake())
    if (neverReads) return
    socket.setEncoding('latin1').on('data', (text: unknown) => {
      this.received += String(text)
      this.#wake()
    })
  }

  static async connect(port: number, options: HostileOptions = {}): Promise<HostileClient> {
    const place = { port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true }
    const { ca, plain = false, alpn, neverReads = false } = options
    const raw = connect(place)
    const secure = ca !== undefined && !plain
    const socket = secure
      ? connectSecure({
          socket: raw,
          ca,
          servername: 'localhost',
          ...(alpn && { ALPNProtocols: [...alpn] }),
        })
      : raw
    const client = new HostileClient(socket, raw, neverReads)
    await once(socket, secure ? 'secureConnect' : 'connect')
    return client
  }

  send(...data: readonly (string | Buffer)[]): void {
    for (const part of data) {
      if (!this.socket.writable) return
      this.socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part)
    }
  }

  /** Reads so many bytes and no more. */
  async readOnly(bytes: number): Promise<void> {
    while (this.received.length < bytes && !this.socket.destroyed) await this.#change()
    this.socket.pause()
  }

  /** Ends its own side only. */
  halfClose(): void {
    this.socket.end()
  }

  reset(): void {
    this.#raw.resetAndDestroy()
  }

  /** Resolves when this has arrived; rejects when the connection ends before. */
  async until(text: string): Promise<void> {
    while (!this.received.includes(text)) {
      if (this.socket.destroyed) throw new Error(`no '${text}' in '${this.received}'`)
      await this.#change()
    }
  }

  #change(): Promise<void> {
    const change = new Promise<void>((resolve) => this.#waiters.push(resolve))
    return within(WAIT_MS, () => `more than '${this.received}'`, change)
  }

  #wake(): void {
    for (const waiter of this.#waiters.splice(0)) waiter()
  }
}
