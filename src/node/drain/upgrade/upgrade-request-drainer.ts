import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Server as TlsServer } from 'node:tls'
import { noneInFlight } from '../../../core/in-flight.ts'
import type { ForcedClose } from '../../../core/report.ts'
import { type Connection, currentResponse, newestResponse } from '../http1/connection.ts'
import type { ConnectionTracker } from '../http1/connection-tracker.ts'
import { closeWhenSilent } from '../let-go.ts'
import { presentUpgraded } from '../present-connections.ts'
import { resetSocket } from '../raw-socket.ts'
import { routeOf } from '../http1/route.ts'
import { SocketClose } from '../socket-close.ts'
import { earlierOf, now } from '../moments.ts'
import type { DrainerContext, DrainerCount, ProtocolDrainer } from '../protocol-drainer.ts'
import { refuseUpgrades, UpgradeEvents } from './upgrade-events.ts'
import type { UpgradeDrainer } from './upgrade-drainer.ts'
import { UpgradedConnection, type UpgradeListener } from './upgraded-connection.ts'
import { wsStateOf } from './ws-state.ts'

/** Label of what was upgraded before `serve()`. */
const UNSEEN = 'upgrade from before serve()'

/**
 * Upgrades and CONNECTs that are not answered yet, or answered with an ordinary response. Each of them is a
 * request: a client that got a close frame now would take it for a broken response.
 */
export class UpgradeRequestDrainer implements ProtocolDrainer, UpgradeListener {
  readonly #server: Server
  readonly #tracker: ConnectionTracker
  readonly #upgrades: UpgradeDrainer
  readonly #context: DrainerContext
  readonly #open = new Map<Socket, UpgradedConnection>()
  readonly #events: UpgradeEvents
  #refusal: Disposable | null = null
  #phase: 'serving' | 'announced' | 'draining' = 'serving'

  /** @param upgrades gets the connections that have changed their protocol */
  constructor(server: Server, tracker: ConnectionTracker, upgrades: UpgradeDrainer, context: DrainerContext) {
    this.#server = server
    this.#tracker = tracker
    this.#upgrades = upgrades
    this.#context = context
    this.#events = new UpgradeEvents(server, this.#onUpgrade)
    for (const socket of presentUpgraded(server, server instanceof TlsServer)) this.#addPresent(socket)
  }

  get open(): number {
    return this.#open.size
  }

  announce(): void {
    this.#phase = 'announced'
  }

  drain(): void {
    this.#phase = 'draining'
    this.#refusal = refuseUpgrades(this.#server, this.#tracker, () => this.#context.onLateRequest())
    for (const connection of this.#open.values()) if (connection.isRefused) letGo(connection.socket)
  }

  forceClose(): readonly ForcedClose[] {
    const forced: ForcedClose[] = []
    for (const connection of this.#open.values()) {
      const { socket, since, label } = connection
      if (isInFlight(connection)) {
        forced.push({ kind: 'request', server: this.#context.name, ageMs: now() - since, label })
        resetSocket(socket)
      } else socket.destroy()
    }
    return forced
  }

  count(): DrainerCount {
    let request = 0
    let oldestAt: number | null = null
    for (const connection of this.#open.values()) {
      if (!isInFlight(connection)) continue
      request++
      oldestAt = earlierOf(oldestAt, connection.since)
    }
    const idle = this.#open.size - request
    return { ...noneInFlight, request, active: request, idle, oldestAt }
  }

  release(): void {
    this.#refusal?.[Symbol.dispose]()
    this.#events.release()
    for (const connection of this.#open.values()) {
      this.#closes.forget(connection.socket)
      connection.release()
    }
    this.#open.clear()
  }

  onSwitched(connection: UpgradedConnection): void {
    this.#open.delete(connection.socket)
    this.#closes.forget(connection.socket)
    this.#upgrades.add(connection)
  }

  onRefused({ socket }: UpgradedConnection): void {
    if (this.#phase === 'draining') letGo(socket)
  }

  readonly #onUpgrade = (request: IncomingMessage, stream: Duplex): void => {
    const { socket } = request
    const earlier = unwrittenResponse(this.#tracker.open.get(socket))
    const connection = new UpgradedConnection({
      socket,
      stream,
      label: copyOf(routeOf(request)),
      request: this.#upgrades.hasCloseHandshake ? request : null,
      asksForWebSocket: request.headers.upgrade?.toLowerCase() === 'websocket',
    })
    if (this.#phase !== 'serving') this.#context.onLateRequest()
    // A listener that the application has put in front of ours may have answered by now.
    if (wsStateOf(socket) !== null) {
      this.#tracker.hand(socket)
      return this.#upgrades.add(connection)
    }
    this.#add(connection)
    this.#tracker.hand(socket)
    const isTunnel = request.method === 'CONNECT'
    // The response to an earlier request of the same connection is written to the same socket, and is no
    // answer to this one.
    if (earlier) earlier.once('prefinish', () => connection.awaitAnswer(isTunnel, this))
    else connection.awaitAnswer(isTunnel, this)
  }

  /**
   * The request of a connection that was upgraded before `serve()` is not known. Without a byte written it is
   * not answered yet.
   */
  #addPresent(socket: Socket): void {
    const connection = new UpgradedConnection({
      socket,
      stream: socket,
      label: UNSEEN,
      request: null,
      asksForWebSocket: false,
    })
    if (socket.bytesWritten > 0) return this.#upgrades.add(connection)
    this.#add(connection)
    connection.awaitAnswer(false, this)
  }

  #add(connection: UpgradedConnection): void {
    this.#open.set(connection.socket, connection)
    this.#closes.follow(connection.socket)
  }

  readonly #closes = new SocketClose((socket) => {
    if (this.#open.delete(socket)) this.#context.onGone()
  })
}

/**
 * The last response of a connection that has not been written to its socket yet; Node keeps it there until it
 * is out.
 */
function unwrittenResponse(connection: Connection | undefined): ServerResponse | null {
  const newest = connection ? newestResponse(connection) : null
  if (!connection || !newest) return null
  return newest.writableEnded && currentResponse(connection.socket) === newest ? null : newest
}

/** A response that is out needs nothing but its client's FIN. */
function isInFlight({ socket, isRefused }: UpgradedConnection): boolean {
  return !socket.destroyed && !(isRefused && socket.writableFinished)
}

/**
 * The application does not read on after a refusal, so the client's FIN would go unnoticed. A client may also
 * never send one.
 */
function letGo(socket: Socket): void {
  const wait = (): void => {
    socket.resume()
    closeWhenSilent(socket)
  }
  if (socket.writableFinished) wait()
  else socket.once('finish', wait)
}

/** A part of a string keeps all of it in memory, and a URL may be long. */
function copyOf(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}
