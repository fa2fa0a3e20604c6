/** How to undo a change. */
export interface Change {
  /** Text after "could not": `uncordon the node 'node-1'`. */
  readonly back: string
  /** The command that does the same by hand. */
  readonly command: string
  takeBack(): Promise<void>
}

/** Changes of the cluster that have to be undone. */
export interface Undo {
  /**
   * Registers a change before it is made, because even a request without an answer may have changed
   * something. Returns the function that undoes it.
   */
  add(change: Change): () => Promise<void>
  /**
   * Undoes the remaining changes, last one first, including those registered meanwhile. Never rejects; it
   * reports what it cannot undo.
   */
  all(): Promise<void>
  /** Changes that are not undone yet, one sentence each with the manual remedy. */
  left(): readonly string[]
}

/** Creates an empty list of changes. */
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
