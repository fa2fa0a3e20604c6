import type { Hosted } from '../hosted.ts'
import type { ServerKind } from '../protocol.ts'

/** One row of a table: what is going on when a server is stopped. */
export interface Scenario {
  /** What results are kept under; letters are those of the tables. */
  readonly id: string
  /** The row's head. */
  readonly title: string
  readonly kind?: ServerKind
  /** For the package's own option for connections; {@link GRACE_MS} when left out, its default when null. */
  readonly graceMs?: number | null
  /** How long the clean-up takes. 0. */
  readonly cleanUpMs?: number
  /** Milliseconds after the signal at which a process that has not ended hangs. {@link HANG_MS}. */
  readonly limitMs?: number
  /** Whether the server listens. True. */
  readonly listens?: boolean
  /** Whether the process is number 1 of its namespace, and has a timer open. False. */
  readonly asInit?: boolean
  /**
   * Stops the host in that situation, and says in a word what became of its client; null when only the exit
   * counts.
   */
  play(host: Hosted): Promise<string | null>
  /** Whether the exit is told as well. False: the row is about the client. */
  readonly tellsExit?: boolean
  /** Whether any exit but 0 is wrong. False. */
  readonly wantsExit0?: boolean
  /** Whether every library loses something here, and only the exit can tell of it. False. */
  readonly wantsTelling?: boolean
}

/** Time for connections, for packages in which that can be set. */
export const GRACE_MS = 1_500

/** Four times the longest that a package is told to take. */
export const HANG_MS = 8_000

/** How long a slow request takes. */
export const SLOW_MS = 600

/**
 * How long a request takes that outlasts a delay of 1 s, and not {@link GRACE_MS}, which is all the time that
 * some packages have.
 */
export const OVERTIME_MS = 1_400
