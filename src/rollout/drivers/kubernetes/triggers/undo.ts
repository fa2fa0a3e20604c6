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
  /**
   * Takes back what is left, the last change first, and what is added meanwhile. Never rejects: what cannot
   * be taken back is said.
   */
  all(): Promise<void>
  /** What has not been taken back yet, one sentence each with what to do by hand. */
  left(): readonly string[]
}

/** Nothing to take back yet. */
export function createUndo(onNotice: (text: string) => void): Undo {
  const left = new Set<Change>()
  const failures = new Map<Change, string>()
  const take = async (change: Change): Promise<void> => {
    await change.takeBack()
    left.delete(change)
  }
  const describe = (change: Change): string => {
    const why = failures.get(change)
    const what = why === undefined ? `did not ${change.back}` : `could not ${change.back} (${why})`
    return `lastcall ${what}; do it by hand: ${change.command}`
  }
  return {
    add(change) {
      left.add(change)
      return () => take(change)
    },
    async all() {
      const tried = new Set<Change>()
      const next = (): Change | undefined => [...left].findLast((change) => !tried.has(change))
      for (let change = next(); change; change = next()) {
        tried.add(change)
        try {
          await take(change)
        } catch (error) {
          failures.set(change, (error as Error).message)
          onNotice(describe(change))
        }
      }
    },
    left: () => [...left].map(describe),
  }
}
