import type { ForcedClose } from '../../core/report.ts'
import type { CloseHandshake, ServerSnapshot } from '../types.ts'

/**
 * What the lifecycle needs from one kind of server. To add a kind of server, add a line to
 * `./servers/serve.ts`; to add a protocol, add a drainer beside this file.
 */
export interface DrainAdapter {
  readonly name: string
  /** Whether the server accepts connections. */
  isListening(): boolean
  /** Whether this process itself has connected to the server. */
  isAskedHere(): boolean
  /** From now on every response asks its client to go elsewhere. Requests are still served. Idempotent. */
  announceClose(): void
  /**
   * Empties the accept queue and closes the listener. Resolves when it is closed. Idempotent, never rejects.
   */
  closeListener(): Promise<void>
  /**
   * Closes the listener as well, and resolves when the last connection is gone. Idempotent, never rejects.
   */
  drain(): Promise<void>
  /** Closes the listener and destroys all connections. Returns what was in flight. */
  forceClose(): readonly ForcedClose[]
  snapshot(): ServerSnapshot
  /** Stops following the server and removes every listener and hook from it. */
  release(): void
}

/** What the lifecycle tells an adapter. */
export interface AdapterContext {
  readonly name: string
  /** How long the drain may take. */
  readonly drainTimeoutMs: number
  /** How long requests are still served between the announcement and `drain()`. */
  readonly shutdownDelayMs: number
  /** The application's close handshake, for a protocol that only the application knows. */
  readonly closeHandshake: CloseHandshake | undefined
  /** A request arrived after the shutdown began. */
  readonly onLateRequest: () => void
  /** The server began to listen. */
  readonly onListening: () => void
  /** The server is closed, and its last connection is gone. */
  readonly onClosed?: () => void
}
