/** How something is taken back. */
export interface Change {
  /** After "could not": `uncordon the node 'node-1'`. */
  readonly back: string
  /** The same by hand. */
  readonly command: string
  takeBack(): Promise<void>
}

/** Changes of the cluster that have to be taken back. */
export interface Undo {
  /**
   * Notes a change before it is made: a request without an answer may have changed something. The function
   * that is returned takes it back.
   */
  add(change: Change): () => Promise<void>
  /** Takes back what is left, the last change first. Never rejects: what cannot be taken back is said. */
  all(): Promise<void>
}

/** Nothing to take back yet. */
export function createUndo(onNotice: (text: string) => void): Undo {
  const left = new Set<Change>()
  return {
    add(change) {
      left.add(change)
      return async () => {
        await change.takeBack()
        left.delete(change)
      }
    },
    async all() {
      for (const change of [...left].toReversed()) {
        left.delete(change)
        try {
          await change.takeBack()
        } catch (error) {
          const why = (error as Error).message
          onNotice(`could not ${change.back} (${why}); do it by hand: ${change.command}`)
        }
      }
    },
  }
}
