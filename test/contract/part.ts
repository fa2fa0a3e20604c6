import type { RawClient } from '../helpers/raw-http.ts'
import type { RawHttp2Client } from './clients/raw-http2.ts'
import type { Program } from './program.ts'
import type { Ended, Shutdown } from './shutdown.ts'

/** What a behaviour sees of the shutdown that it takes part in. */
export class Part {
  readonly #shutdown: Shutdown
  readonly #title: string
  readonly #gates = new Map<string, string>()

  constructor(shutdown: Shutdown, title: string) {
    this.#shutdown = shutdown
    this.#title = title
  }

  get program(): Program {
    return this.#shutdown.program
  }

  get scheme(): 'http' | 'https' {
    return this.#shutdown.server.isSecure ? 'https' : 'http'
  }

  connect(options: { awaitsHandshake?: boolean } = {}): Promise<RawClient> {
    return this.#shutdown.connect(options)
  }

  connectPlain(): Promise<RawClient> {
    return this.#shutdown.connectPlain()
  }

  connectHttp2(options: { awaitsSettings?: boolean } = {}): Promise<RawHttp2Client> {
    return this.#shutdown.connectHttp2(options)
  }

  /** A gate that no other behaviour has; the same one for the same name. */
  gate(name: string): string {
    const gate = this.#gates.get(name) ?? this.#shutdown.newGate()
    this.#gates.set(name, gate)
    return gate
  }

  /** Resolves when everybody has prepared, and the delay has begun. */
  begun(): Promise<void> {
    return this.#shutdown.begin(this.#title)
  }

  /** Resolves when the drain has begun. It lasts until everybody has released it. */
  draining(): Promise<void> {
    return this.#shutdown.drain()
  }

  released(): Promise<void> {
    return this.#shutdown.release(this.#title)
  }

  /** Releases the drain, and resolves when the process has ended. */
  async ended(): Promise<Ended> {
    await this.released()
    return this.#shutdown.end()
  }
}
