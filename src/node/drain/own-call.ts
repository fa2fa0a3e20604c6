let depth = 0

/**
 * Calls a method of a server's for lastcall itself. `lastcall/auto` holds such calls back when they are the
 * application's.
 */
export function ownCall<T>(call: () => T): T {
  depth++
  try {
    return call()
  } finally {
    depth--
  }
}

/** Whether lastcall itself is calling. */
export function isOwnCall(): boolean {
  return depth > 0
}
