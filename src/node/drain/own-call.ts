let depth = 0

/**
 * Calls a server's method on behalf of lastcall. `lastcall/auto` delays such calls when they come from the
 * application.
 */
export function ownCall<T>(call: () => T): T {
  depth++
  try {
    return call()
  } finally {
    depth--
  }
}

/** Whether lastcall itself is the caller. */
export function isOwnCall(): boolean {
  return depth > 0
}
