import type { ForcedClose } from '../../core/report.ts'
import type { CloseHandshake, ServerSnapshot } from '../types.ts'

/**
 * What the lifecycle asks of one kind of server. A new kind of server is a line in `./servers/serve.ts`, a
 * new protocol a drainer beside this file.
 */
export interface DrainAdapter {
  readonly name: string
  /** Whether the server accepts connections. */
  isListening(): boolean
  /** Whether this process itself has had connections to the server. */
  isAskedHere(): boolean
  /** From now on every response asks its client to go elsewhere; everything is still served. Idempotent. */
  announceClose(): void
  /**
   * Empties the accept queue, closes the listener and resolves when it is closed. Idempotent, never rejects.
   */
  closeListener(): Promise<void>
  /**
   * Closes the listener likewise, and resolves when the last connection is gone. Idempotent, never rejects.
   */
  drain(): Promise<void>
  /** Closes the listener and destroys whatever is left. Returns what was in flight. */
  forceClose(): readonly ForcedClose[]
  snapshot(): ServerSnapshot
  /** Forgets the server: takes every listener and hook off it. */
  release(): void
}

/** What an adapter is told by the lifecycle. */
export interface AdapterContext {
  readonly name: string
  /** How long the drain may take. */
  readonly drainTimeoutMs: number
  /** How long everything was served after the announcement, before `drain()`. */
  readonly shutdownDelayMs: number
  /** The close handshake of a protocol that only the application knows. */
  readonly closeHandshake: CloseHandshake | undefined
  /** A request arrived after the shutdown began. */
  readonly onLateRequest: () => void
  /** The server began to listen. */
  readonly onListening: () => void
  /** The server is closed, and its last connection is gone. */
  readonly onClosed?: () => void
}
