import type { Server } from 'node:net'
import type { ResolvedOptions } from '../../../core/options.ts'
import type { Logger } from '../../../core/logger.ts'
import type { DrainAdapter } from '../adapter.ts'
import { refuseTaken, refuseUnusable } from '../../guard/refuse.ts'
import { adapterFor, refuseOther } from './serve.ts'
import { claimServer } from './server-claim.ts'
import { ServerNames } from './server-names.ts'
import type { Servers } from './servers.ts'
import type { ServeOptions } from '../../types.ts'

/** What a registry needs from its lifecycle. */
export interface RegistryOwner {
  /** A request arrived after the shutdown began. */
  onLateRequest(): void
  /** A server listens now, or is no longer waited for. */
  onChange(): void
  /** Whether a server is given up to any other lifecycle that wants it. */
  readonly yieldsServers: boolean
  readonly logger: Logger
}

type Times = Pick<ResolvedOptions, 'drainTimeoutMs' | 'shutdownDelayMs'>

/** A server that is served, or was served until it closed. */
interface Registration {
  readonly options: ServeOptions
  name: string
  /** Null while the server is closed. */
  adapter: DrainAdapter | null
  /** Whether the closed server's next 'listening' event is awaited. */
  followed: boolean
}

/**
 * The servers that were passed to `serve()` of one lifecycle. Of a closed server it keeps only a listener on
 * that server, so both can be garbage-collected. When the server listens again, it is served again.
 */
export class ServerRegistry {
  readonly #owner: RegistryOwner
  readonly #servers: Servers
  readonly #times: Times
  readonly #names = new ServerNames()
  readonly #known = new WeakMap<Server, Registration>()

  constructor(servers: Servers, times: Times, owner: RegistryOwner) {
    this.#servers = servers
    this.#times = times
    this.#owner = owner
  }

  /** @throws LastcallError like `serve()` of a lifecycle */
  serve(server: unknown, options: ServeOptions): void {
    refuseOther(server)
    const known = this.#known.get(server)
    if (known) {
      this.#noteIgnored(known, options)
      if (known.adapter === null) this.#adopt(server, known)
      return
    }
    const name = options.name ?? this.#names.next()
    refuseUnusable('serve', {
      name,
      ...(options.closeHandshake !== undefined && { run: options.closeHandshake }),
    })
    refuseTaken('serve', name, this.#names.has(name))
    const registration = { options, name, adapter: null, followed: false }
    claimServer(server, {
      name,
      isHeld: () => !this.#servers.released && this.#known.has(server),
      giveUp: () => this.#owner.yieldsServers && this.#leave(server),
    })
    this.#known.set(server, registration)
    this.#adopt(server, registration)
  }

  #adopt(server: Server, registration: Registration): void {
    const wanted = registration.name
    const name = this.#names.has(wanted) ? this.#names.next() : wanted
    this.#names.take(name)
    registration.name = name
    registration.adapter = adapterFor(server, {
      name,
      drainTimeoutMs: this.#times.drainTimeoutMs,
      shutdownDelayMs: this.#times.shutdownDelayMs,
      closeHandshake: registration.options.closeHandshake,
      onLateRequest: () => this.#owner.onLateRequest(),
      onListening: () => this.#owner.onChange(),
      onClosed: () => this.#onClosed(server),
    })
    this.#servers.add(registration.adapter)
  }

  #onClosed(server: Server): void {
    const registration = this.#known.get(server)
    if (!registration || !this.#drop(registration)) return
    if (!registration.followed) this.#follow(server, registration)
    this.#owner.onChange()
  }

  #follow(server: Server, registration: Registration): void {
    registration.followed = true
    server.once('listening', () => {
      registration.followed = false
      if (this.#servers.released || registration.adapter !== null || !this.#known.has(server)) return
      this.#adopt(server, registration)
      this.#owner.onChange()
    })
  }

  #leave(server: Server): boolean {
    const registration = this.#known.get(server)
    if (!registration || (registration.adapter !== null && !this.#drop(registration))) return false
    return this.#known.delete(server)
  }

  /** During a shutdown nothing is dropped: the report still counts what the server has had. */
  #drop(registration: Registration): boolean {
    const { adapter, name } = registration
    if (adapter === null || !this.#servers.drop(adapter)) return false
    registration.adapter = null
    this.#names.free(name)
    return true
  }

  #noteIgnored({ options, name }: Registration, again: ServeOptions): void {
    const ignored = [
      ...(again.name === undefined || again.name === name ? [] : [`the name '${String(again.name)}'`]),
      ...(again.closeHandshake === undefined || again.closeHandshake === options.closeHandshake
        ? []
        : ['the close handshake']),
    ]
    if (ignored.length === 0) return
    const what = ignored.join(' and ')
    this.#owner.logger.warn(
      { server: name },
      `lastcall: serve: '${name}' is served already; ignored: ${what}`,
    )
  }
}
