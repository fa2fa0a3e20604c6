import { once } from 'node:events'
import { connect as connectRaw, type NetConnectOpts, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { TestContext } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { tls } from '../setup.ts'

/** A TLS client whose bytes can be held back: in the middle of its first message, or before it. */
export interface GatedTls {
  readonly raw: Socket
  /** Lets this many bytes of the handshake through. */
  begin(bytes: number): void
  /** Lets the rest through; resolves when the handshake is over. */
  finish(): Promise<TLSSocket>
}

/** Connects and sends nothing of the handshake yet. */
export async function connectGated(
  t: TestContext,
  where: NetConnectOpts,
  protocols: string[] = [],
): Promise<GatedTls> {
  const raw = connectRaw({ ...where }).on('error', () => {})
  t.after(() => raw.destroy())
  await once(raw, 'connect')
  const wire = new Gate(raw)
  const secure = connect({
    socket: wire as unknown as Socket,
    ca: tls.cert,
    servername: 'localhost',
    ALPNProtocols: protocols,
  })
  secure.on('error', () => {})
  const over = once(secure, 'secureConnect')
  over.catch(() => {})
  return {
    raw,
    begin: (bytes) => wire.pass(bytes),
    finish: async () => {
      wire.pass(Infinity)
      await over
      return secure
    },
  }
}

class Gate extends Duplex {
  readonly #raw: Socket
  #allowed = 0
  #held = Buffer.alloc(0)

  constructor(raw: Socket) {
    super()
    this.#raw = raw
    raw.on('data', (data) => this.push(data))
    raw.on('end', () => this.push(null))
    raw.on('close', () => this.destroy())
  }

  pass(bytes: number): void {
    this.#allowed += bytes
    this.#flush()
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#held = Buffer.concat([this.#held, chunk])
    this.#flush()
    done()
  }

  override _final(done: () => void): void {
    this.#raw.end(done)
  }

  #flush(): void {
    const bytes = Math.min(this.#allowed, this.#held.length)
    if (bytes === 0) return
    this.#raw.write(this.#held.subarray(0, bytes))
    this.#held = this.#held.subarray(bytes)
    this.#allowed -= bytes
  }
}
