import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Server as TlsServer } from 'node:tls'
import { noneInFlight } from '../../../core/in-flight.ts'
import type { ForcedClose } from '../../../core/report.ts'
import { type Connection, currentResponse, newestResponse } from '../http1/connection.ts'
import type { SharedConnections } from '../http1/connection-tracker.ts'
import { closeWhenSilent } from '../let-go.ts'
import { presentUpgraded } from '../present-connections.ts'
import { resetSocket } from '../raw-socket.ts'
import { routeOf } from '../http1/route.ts'
import { OpenSockets } from '../open-sockets.ts'
import { earlierOf, now } from '../moments.ts'
import type { DrainerContext, DrainerCount, ProtocolDrainer } from '../protocol-drainer.ts'
import { refuseUpgrades, UpgradeEvents } from './upgrade-events.ts'
import type { UpgradeDrainer } from './upgrade-drainer.ts'
import { UpgradedConnection, type UpgradeListener } from './upgraded-connection.ts'
import { wsStateOf } from './ws-state.ts'

/** Label of connections that were upgraded before `serve()`. */
const UNSEEN = 'upgrade from before serve()'

/**
 * Upgrades and CONNECTs without a response, or with an ordinary one. Each is a request: its client would take
 * a close frame for a broken response.
 */
export class UpgradeRequestDrainer implements ProtocolDrainer, UpgradeListener {
  readonly #server: Server
  readonly #connections: SharedConnections
  readonly #upgrades: UpgradeDrainer
  readonly #context: DrainerContext
  readonly #open = new OpenSockets<UpgradedConnection>(() => this.#context.onGone())
  readonly #events: UpgradeEvents
  #refusal: Disposable | null = null
  #phase: 'serving' | 'announced' | 'draining' = 'serving'

  /** @param upgrades gets the connections that have changed their protocol */
  constructor(
    server: Server,
    connections: SharedConnections,
    upgrades: UpgradeDrainer,
    context: DrainerContext,
  ) {
    this.#server = server
    this.#connections = connections
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
    this.#refusal = refuseUpgrades(this.#server, this.#connections, () => this.#context.onLateRequest())
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
    for (const connection of this.#open.values()) connection.release()
    this.#open.clear()
  }

  onSwitched(connection: UpgradedConnection): void {
    this.#open.delete(connection.socket)
    this.#upgrades.add(connection)
  }

  onRefused({ socket }: UpgradedConnection): void {
    if (this.#phase === 'draining') letGo(socket)
  }

  readonly #onUpgrade = (request: IncomingMessage, stream: Duplex): void => {
    const { socket } = request
    const earlier = unwrittenResponse(this.#connections.get(socket))
    const connection = new UpgradedConnection({
      socket,
      stream,
      label: copyOf(routeOf(request)),
      request: this.#upgrades.hasCloseHandshake ? request : null,
      asksForWebSocket: request.headers.upgrade?.toLowerCase() === 'websocket',
    })
    if (this.#phase !== 'serving') this.#context.onLateRequest()
    // A listener of the application in front of ours may already have answered.
    if (wsStateOf(socket) !== null) {
      this.#connections.handOver(socket)
      return this.#upgrades.add(connection)
    }
    this.#add(connection)
    this.#connections.handOver(socket)
    const isTunnel = request.method === 'CONNECT'
    // An earlier request's response goes to the same socket first. It must not be taken for the response to
    // this request.
    if (earlier) earlier.once('prefinish', () => connection.awaitAnswer(isTunnel, this))
    else connection.awaitAnswer(isTunnel, this)
  }

  /**
   * Adds a connection that was upgraded before `serve()`, without its request. If no byte is written, it is
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
    this.#open.add(connection.socket, connection)
  }
}

/**
 * The last response of a connection that is not written to its socket yet. Node keeps it there until it is
 * written.
 */
function unwrittenResponse(connection: Connection | undefined): ServerResponse | null {
  const newest = connection ? newestResponse(connection) : null
  if (!connection || !newest) return null
  return newest.writableEnded && currentResponse(connection.socket) === newest ? null : newest
}

/** Whether the request still needs a response. After a written refusal, only the client's FIN is missing. */
function isInFlight({ socket, isRefused }: UpgradedConnection): boolean {
  return !socket.destroyed && !(isRefused && socket.writableFinished)
}

/**
 * After a refusal the application stops reading, so the client's FIN would go unnoticed. A client may also
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

/** Copies the text: a substring keeps the whole string in memory, and a URL may be long. */
function copyOf(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}
