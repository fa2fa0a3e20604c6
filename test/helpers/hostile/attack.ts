import type { InFlightKind } from '../../../src/core/in-flight.ts'
import type { HostileClient, HostileOptions } from './hostile-client.ts'

/** Opens a connection to the server under attack. */
export type Dial = (options?: HostileOptions) => Promise<HostileClient>

/** One thing that a client may do to a server. */
export interface Attack {
  readonly what: string
  /** What the deadline finds of it and has to report; null when it must not last until then. */
  readonly forceClosed: InFlightKind | null
  /** It is not counted as in flight although it is. */
  readonly hidden?: true
  /**
   * What the server does without a deadline it does within this time; 0 when left out.
   */
  readonly patienceMs?: number
  /** Resolves when the harm is on its way. */
  start(dial: Dial): Promise<HostileClient>
  /** What the same client does in the drain. */
  goOn?(client: HostileClient): void
}
