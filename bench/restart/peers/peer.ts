/** Where a peer serves, and where it may keep files. */
export interface PeerOrder {
  readonly port: number
  /** Of this start alone; empty. */
  readonly folder: string
}

/** A peer that serves. */
export interface RunningPeer {
  /** Restarts once, as its documentation says, and resolves when the new process has taken over. */
  restart(): Promise<void>
  /** Process id of the one process that serves; null between two. */
  serving(): Promise<number | null>
  end(): Promise<void>
}

/** A way to replace a server while it serves. */
export interface Peer {
  /** Name for `--peers`. */
  readonly id: string
  /** For the tables, in Markdown. */
  readonly title: string
  /** Whether somebody starts its process again when it is killed. */
  readonly restartsAfterKill: boolean
  /** Makes it usable, once; resolves to why it cannot be measured on this machine, or to null. */
  prepare(): Promise<string | null>
  /** Resolves when it serves. */
  start(order: PeerOrder): Promise<RunningPeer>
}

/** For peers that need nothing. */
export const nothingToPrepare = async (): Promise<null> => null
