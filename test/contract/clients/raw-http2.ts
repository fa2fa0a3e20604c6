import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectSecure } from 'node:tls'
import { WAIT_MS } from '../../helpers/eventually.ts'
import { tls } from '../../node/drain/setup.ts'

/** RFC 9113 §6. */
const frameTypes = { data: 0, headers: 1, rstStream: 3, settings: 4, ping: 6, goaway: 7 } as const
const ACK = 0x1
const END_STREAM = 0x1
const END_HEADERS = 0x4
/**
 * Static entry 8 of HPACK, `:status 200` (RFC 7541, appendix A), which servers send as one byte and first.
 */
const STATUS_200 = 0x88

/** What has come on one stream. */
export interface RawStream {
  /** Whether the status is 200. */
  isOk: boolean
  body: string
  /** How the server ended it, the code of RST_STREAM included. */
  ending: 'open' | 'ended' | number
}

/**
 * An HTTP/2 client that sends what it is told to, also behind a GOAWAY, which Node's own client refuses to
 * do.
 */
export class RawHttp2Client {
  readonly socket: Socket
  /** Last stream id of each GOAWAY. */
  readonly goaways: number[] = []
  readonly streams = new Map<number, RawStream>()
  ending: 'open' | 'end' | 'reset' = 'open'
  /** Called with the last stream id of each GOAWAY, before anything that came behind it is answered. */
  onGoaway: (last: number) => void = () => {}
  readonly #scheme: number
  #isGreeted = false
  #nextId = 1
  #buffer = Buffer.alloc(0)
  #waiters: (() => void)[] = []

  constructor(socket: Socket, isSecure: boolean) {
    this.socket = socket
    // Static entries 6 and 7, `:scheme http` and `:scheme https`.
    this.#scheme = isSecure ? 0x87 : 0x86
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('end', () => this.#finish('end'))
    socket.on('error', () => this.#finish('reset'))
    socket.on('close', () => this.#wake())
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    this.#send(frameTypes.settings, 0, 0, Buffer.alloc(0))
  }

  /**
   * Resolves when the connection stands in the server's kernel; TLS may begin later, and what is sent waits
   * for it.
   */
  static async connect(port: number, isSecure: boolean): Promise<RawHttp2Client> {
    const to = { port, host: '127.0.0.1' }
    const socket = isSecure
      ? connectSecure({ ...to, ca: tls.cert, servername: 'localhost', ALPNProtocols: ['h2'] })
      : connect(to)
    await once(socket, 'connect')
    socket.setNoDelay(true)
    return new RawHttp2Client(socket, isSecure)
  }

  /** Resolves when the server has sent its settings. */
  async greeted(): Promise<void> {
    await this.until(() => this.#isGreeted || this.ending !== 'open')
    if (!this.#isGreeted) throw new Error(`the connection ended (${this.ending}) without settings`)
  }

  /** Begins a request. With `isWhole: false` its body comes by {@link send}. Returns the id of its stream. */
  request(path: string, { method = 'GET', isWhole = true } = {}): number {
    const id = this.#nextId
    this.#nextId += 2
    this.streams.set(id, { isOk: false, body: '', ending: 'open' })
    const block = [
      // Static entry 2 is `:method GET`, 3 is `:method POST`.
      Buffer.of(method === 'GET' ? 0x82 : 0x83, this.#scheme),
      literal(0x04, path),
      literal(0x01, 'test'),
      // Static entry 31 does not fit into the prefix of four bits.
      ...(method === 'GET' ? [] : [Buffer.of(0x0f, 0x10), text('application/json')]),
    ]
    this.#send(frameTypes.headers, END_HEADERS | (isWhole ? END_STREAM : 0), id, Buffer.concat(block))
    return id
  }

  send(id: number, body: string, { isLast = true } = {}): void {
    this.#send(frameTypes.data, isLast ? END_STREAM : 0, id, Buffer.from(body))
  }

  /** Resolves when the stream, or the connection, has come to its end. */
  async response(id: number): Promise<RawStream> {
    const stream = this.streams.get(id)
    if (!stream) throw new Error(`there is no stream ${id}`)
    await this.until(() => stream.ending !== 'open' || this.ending !== 'open')
    return stream
  }

  async ended(): Promise<'open' | 'end' | 'reset'> {
    await this.until(() => this.ending !== 'open')
    return this.ending
  }

  async until(condition: () => boolean): Promise<void> {
    const end = performance.now() + WAIT_MS
    const deadline = setTimeout(() => this.#wake(), WAIT_MS + 1)
    try {
      while (!condition()) {
        if (performance.now() > end)
          throw new Error(`still waiting after ${WAIT_MS / 1_000} s (${this.ending})`)
        await new Promise<void>((resolve) => this.#waiters.push(resolve))
      }
    } finally {
      clearTimeout(deadline)
    }
  }

  close(): void {
    this.socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk])
    while (this.#buffer.length >= 9) {
      const length = this.#buffer.readUIntBE(0, 3)
      if (this.#buffer.length < 9 + length) break
      const [type = 0, flags = 0] = this.#buffer.subarray(3, 5)
      const id = this.#buffer.readUInt32BE(5) & 0x7fffffff
      this.#onFrame(type, flags, id, this.#buffer.subarray(9, 9 + length))
      this.#buffer = this.#buffer.subarray(9 + length)
    }
    this.#wake()
  }

  #onFrame(type: number, flags: number, id: number, payload: Buffer): void {
    const stream = this.streams.get(id)
    if (type === frameTypes.settings && !(flags & ACK)) {
      this.#isGreeted = true
      this.#send(frameTypes.settings, ACK, 0, Buffer.alloc(0))
    } else if (type === frameTypes.ping && !(flags & ACK)) {
      this.#send(frameTypes.ping, ACK, 0, payload)
    } else if (type === frameTypes.goaway) {
      const last = payload.readUInt32BE(0) & 0x7fffffff
      this.goaways.push(last)
      this.onGoaway(last)
    } else if (stream && type === frameTypes.rstStream) {
      stream.ending = payload.readUInt32BE(0)
    } else if (stream) {
      if (type === frameTypes.headers) stream.isOk = payload[0] === STATUS_200
      if (type === frameTypes.data) stream.body += payload.toString()
      if (flags & END_STREAM) stream.ending = 'ended'
    }
  }

  #send(type: number, flags: number, id: number, payload: Buffer): void {
    if (!this.socket.writable) return
    const head = Buffer.alloc(9)
    head.writeUIntBE(payload.length, 0, 3)
    head.writeUInt8(type, 3)
    head.writeUInt8(flags, 4)
    head.writeUInt32BE(id, 5)
    this.socket.write(Buffer.concat([head, payload]))
  }

  #finish(ending: 'end' | 'reset'): void {
    if (this.ending === 'open') this.ending = ending
    this.#wake()
  }

  #wake(): void {
    for (const waiter of this.#waiters.splice(0)) waiter()
  }
}

const text = (value: string): Buffer => Buffer.concat([Buffer.of(value.length), Buffer.from(value)])

/**
 * A header that is not to be indexed, with the name of a static entry (RFC 7541 §6.2.2). Values shorter than
 * 127.
 */
const literal = (entry: number, value: string): Buffer => Buffer.concat([Buffer.of(entry), text(value)])
