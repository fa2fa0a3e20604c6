import type { IncomingMessage } from 'node:http'
import type { Server } from 'node:net'
import type { Duplex } from 'node:stream'
import { newestResponse } from '../http1/connection.ts'
import type { SharedConnections } from '../http1/connection-tracker.ts'
import { interceptEvents } from '../intercept-events.ts'
import { refuseUpgrade } from '../http1/refuse-upgrade.ts'

type UpgradeEvent = 'upgrade' | 'connect'

/** Called with each upgrade before the application, and with the stream that the application gets. */
export type OnUpgrade = (request: IncomingMessage, stream: Duplex) => void

/** Follows a server's 'upgrade' and 'connect' events. */
export class UpgradeEvents {
  readonly #server: Server
  readonly #onUpgrade: OnUpgrade
  readonly #following = new Set<UpgradeEvent>()

  constructor(server: Server, onUpgrade: OnUpgrade) {
    this.#server = server
    this.#onUpgrade = onUpgrade
    for (const event of ['upgrade', 'connect'] as const)
      if (server.listenerCount(event) > 0) this.#follow(event)
    server.on('newListener', this.#onNewListener)
    server.on('removeListener', this.#onRemoveListener)
  }

  /** Removes every listener from the server. */
  release(): void {
    this.#server.removeListener('newListener', this.#onNewListener)
    this.#server.removeListener('removeListener', this.#onRemoveListener)
    for (const event of this.#following) this.#unfollow(event)
  }

  /**
   * Without a listener Node treats an upgrade as an ordinary request. So our listener exists only while the
   * application has one.
   */
  readonly #onNewListener = (event: string | symbol): void => {
    if (isUpgradeEvent(event) && !this.#following.has(event)) this.#follow(event)
  }

  readonly #onRemoveListener = (event: string | symbol): void => {
    if (isUpgradeEvent(event) && this.#server.listenerCount(event) === 1) this.#unfollow(event)
  }

  #follow(event: UpgradeEvent): void {
    this.#following.add(event)
    this.#server.prependListener(event, this.#onEvent)
  }

  #unfollow(event: UpgradeEvent): void {
    if (this.#following.delete(event)) this.#server.removeListener(event, this.#onEvent)
  }

  readonly #onEvent = (request: IncomingMessage, stream: Duplex): void => {
    if (isHttp1(request)) this.#onUpgrade(request, stream)
  }
}

/**
 * Answers upgrades with 503 instead of passing them to the application. Their connections stay tracked,
 * because they still speak HTTP/1.
 */
export function refuseUpgrades(
  server: Server,
  connections: SharedConnections,
  onRefused: () => void,
): Disposable {
  return interceptEvents(server, (event, [request, stream]) => {
    if (!isUpgradeEvent(event) || !isHttp1(request as IncomingMessage)) return false
    onRefused()
    const connection = connections.get((request as IncomingMessage).socket)
    refuseUpgrade(stream as Duplex, connection ? newestResponse(connection) : null)
    return true
  })
}

function isUpgradeEvent(event: string | symbol): event is UpgradeEvent {
  return event === 'upgrade' || event === 'connect'
}

/**
 * In HTTP/2, 'connect' brings a stream with a response instead of a socket (`onServerStream` in
 * lib/internal/http2/compat.js).
 */
function isHttp1({ httpVersionMajor }: IncomingMessage): boolean {
  return httpVersionMajor < 2
}
