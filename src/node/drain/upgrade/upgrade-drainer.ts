import { noneInFlight } from '../../../core/in-flight.ts'
import type { ForcedClose } from '../../../core/report.ts'
import type { CloseHandshake } from '../../types.ts'
import { startCloseHandshake } from '../close-handshake.ts'
import { resetSocket } from '../raw-socket.ts'
import { OpenSockets } from '../open-sockets.ts'
import { Spread } from '../spread.ts'
import { now } from '../moments.ts'
import type { DrainerContext, DrainerCount, ProtocolDrainer } from '../protocol-drainer.ts'
import type { UpgradedConnection } from './upgraded-connection.ts'

/**
 * Connections that no longer speak HTTP/1: WebSockets, other upgrades, CONNECT tunnels. Node's own close
 * methods do not know them.
 */
export class UpgradeDrainer implements ProtocolDrainer {
  readonly #context: DrainerContext
  readonly #closeHandshake: CloseHandshake | undefined
  readonly #open = new OpenSockets<UpgradedConnection>((_, connection) => {
    this.#spread.delete(connection)
    this.#context.onGone()
  })
  /** Telling clients to leave may take half of the drain. The other half is for the close handshakes. */
  readonly #spread: Spread<UpgradedConnection>
  #isDraining = false

  constructor(context: DrainerContext, closeHandshake: CloseHandshake | undefined) {
    this.#context = context
    this.#closeHandshake = closeHandshake
    this.#spread = new Spread(context.drainTimeoutMs / 2, (connection) => this.#end(connection))
  }

  /** Whether the application has its own close handshake, which needs the upgrade request. */
  get hasCloseHandshake(): boolean {
    return this.#closeHandshake !== undefined
  }

  get open(): number {
    return this.#open.size
  }

  /**
   * Takes a connection over when its response is written. One that comes during the drain goes to the end of
   * the queue.
   */
  add(connection: UpgradedConnection): void {
    this.#open.add(connection.socket, connection)
    if (this.#isDraining) this.#spread.add(connection)
  }

  announce(): void {}

  drain(): void {
    this.#isDraining = true
    this.#spread.start(this.#open.values())
  }

  forceClose(): readonly ForcedClose[] {
    this.#spread.stop()
    const left = [...this.#open.values()].filter(({ socket }) => !socket.destroyed)
    for (const { socket } of left) resetSocket(socket)
    return left.map(({ since, label }) => ({
      kind: 'upgrade',
      server: this.#context.name,
      ageMs: now() - since,
      label,
    }))
  }

  count(): DrainerCount {
    const { size } = this.#open
    // The connections are in the order of their responses.
    const oldestAt = this.#open.values().next().value?.since ?? null
    return { ...noneInFlight, upgrade: size, active: size, idle: 0, oldestAt }
  }

  release(): void {
    this.#spread.stop()
    for (const connection of this.#open.values()) connection.release()
    this.#open.clear()
  }

  #end(connection: UpgradedConnection): void {
    if (this.#closeHandshake) startCloseHandshake(this.#closeHandshake, connection.stream, connection.request)
    else connection.leave()
  }
}
