import { type AddressInfo, isIPv6, Server } from 'node:net'
import { type ReusedPort, type SupervisedSocket, UV_TCP_REUSEPORT } from '../../core/supervision.ts'
import { interceptEvents } from '../drain/intercept-events.ts'
import type { Channel } from './channel.ts'
import { internalsOf, type ListenerHandle, StandInHandle } from './stand-in-handle.ts'

/** How a server wants to listen. */
export interface Wishes {
  readonly backlog?: number | undefined
  /** Called right before the server first accepts. */
  readonly beforeBegin?: ((address: AddressInfo | string) => void) | undefined
}

/** A server on a socket. */
interface Listening {
  readonly server: Server
  readonly backlog: number | undefined
}

interface Waiting extends Listening {
  readonly standIn: StandInHandle
}

//  [free] --take--> [waiting] --accept--> [listening] <--resume-- --pause--> [paused]
//     ^                 |                      |                                |
//     +- server closed -+                      +--------- server closed --------+--> [closed]
//
//  [failed]: the kernel, or the application's `beforeBegin`, refused.

type State =
  | { readonly name: 'free' | 'closed' | 'failed' }
  | (Waiting & { readonly name: 'waiting'; readonly beforeBegin: Wishes['beforeBegin'] })
  | (Waiting & { readonly name: 'paused' })
  | (Listening & { readonly name: 'listening' })

/** One socket, and the server that listens on it. */
export class InheritedListener {
  readonly socket: SupervisedSocket
  readonly #channel: Channel
  #state: State = { name: 'free' }

  constructor(socket: SupervisedSocket, channel: Channel) {
    this.socket = socket
    this.#channel = channel
  }

  /** Whether a server may take the socket: none has it, or the one that waited was closed. */
  get isFree(): boolean {
    return this.#state.name === 'free'
  }

  /** Whether its server has been closed, and with it the descriptor. */
  get isClosed(): boolean {
    return (
      this.#state.name === 'closed' || (this.#state.name === 'listening' && !this.#state.server.listening)
    )
  }

  get isPaused(): boolean {
    return this.#state.name === 'paused'
  }

  /** Whether its server does not accept, although it should when the generation does. */
  get isBehind(): boolean {
    return ['waiting', 'paused', 'failed'].includes(this.#state.name)
  }

  /**
   * Lets a server wait that does not listen. It emits 'listening' in the next turn, as it would otherwise:
   * the socket is bound, and a program that waits for the event must be able to become ready.
   */
  take(server: Server, { backlog, beforeBegin }: Wishes): void {
    const { host, port, path } = this.socket
    if (path !== undefined) internalsOf(server)._pipeName = path
    const address = path === undefined ? { address: host, port, family: familyOf(host) } : null
    const standIn = this.#standIn(server, address, 'free')
    this.#state = { name: 'waiting', server, backlog, beforeBegin, standIn }
    process.nextTick(() => {
      if (server.listening) server.emit('listening')
    })
  }

  /** Lets a server that waits accept. */
  accept(): void {
    const state = this.#state
    if (state.name !== 'waiting') return
    const { server, backlog, beforeBegin } = state
    try {
      beforeBegin?.(server.address() ?? '')
    } catch (error) {
      return this.#fail(state, error)
    }
    const { socket } = this
    this.#listen(state, () => {
      if ('reusePort' in socket) bindOwn(server, socket, backlog)
      // Not the server's own method: a framework may have wrapped it, and has already seen the call.
      else Reflect.apply(Server.prototype.listen, server, [{ fd: socket.fd }, backlog])
    })
  }

  /**
   * Closes the listener, and nothing else. The kernel's accept queue belongs to the socket, which the
   * supervisor holds as well. The queue of a {@link ReusedPort} ends, or moves to the next generation
   * (tcp_migrate_req).
   */
  pause(): void {
    if (this.#state.name !== 'listening' || this.isClosed) return
    const { server, backlog } = this.#state
    const address = server.address()
    internalsOf(server)._handle?.close()
    const standIn = this.#standIn(server, typeof address === 'string' ? null : address, 'closed')
    this.#state = { name: 'paused', server, backlog, standIn }
  }

  /**
   * Accepts again: with a new handle of the same socket, or on a new socket of a {@link ReusedPort}. A handle
   * that is not needed is closed.
   */
  resume(handle: ListenerHandle | undefined): void {
    const state = this.#state
    const { socket } = this
    if (state.name !== 'paused') return handle?.close()
    if ('reusePort' in socket) {
      return this.#listen(state, () => bindOwn(state.server, socket, state.backlog))
    }
    if (!handle) return
    this.#listen(state, () => {
      const internals = internalsOf(state.server)
      // `server.listen(handle)` would open the descriptor of a unix socket a second time, and close it twice.
      internals._handle = handle
      internals._listen2(null, -1, -1, state.backlog)
    })
  }

  /** Node reports a failure as the server's 'error' event, in the next turn. */
  #listen({ server, backlog, standIn }: Waiting, begin: () => void): void {
    standIn.leave(server)
    swallowListening(server)
    begin()
    this.#state = server.listening ? { name: 'listening', server, backlog } : { name: 'failed' }
  }

  #fail({ server, standIn }: Waiting, error: unknown): void {
    standIn.leave(server)
    this.#state = { name: 'failed' }
    process.nextTick(() => server.emit('error', error))
  }

  /** @param closed state when the application closes the server; a waiting one never used the descriptor */
  #standIn(server: Server, address: object | null, closed: 'free' | 'closed'): StandInHandle {
    const standIn = new StandInHandle(address, this.#channel, () => (this.#state = { name: closed }))
    standIn.standInFor(server)
    return standIn
  }
}

/** Binds and listens in this turn. `server.listen()` with a host would look it up first. */
function bindOwn(server: Server, { host, port }: ReusedPort, backlog: number | undefined): void {
  internalsOf(server)._listen2(host, port, isIPv6(host) ? 6 : 4, backlog, undefined, UV_TCP_REUSEPORT)
}

/** Hides the next 'listening' event from the application, which has had it. */
function swallowListening(server: Server): void {
  let isOver = false
  const interception = interceptEvents(server, (event) => {
    if (isOver || (event !== 'listening' && event !== 'error')) return false
    isOver = true
    interception[Symbol.dispose]()
    return event === 'listening'
  })
}

function familyOf(host: string | undefined): string {
  return isIPv6(host ?? '') ? 'IPv6' : 'IPv4'
}
