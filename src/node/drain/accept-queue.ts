/** Turns of the event loop without a new connection after which the accept queue counts as empty. */
const QUIET_TURNS = 3
/**
 * New connections may never stop arriving, and the listener has to close anyway: after this time and this
 * number of turns (the default `backlog` of `server.listen()`). Both are needed: a busy or throttled process
 * may not get through three turns within a second.
 */
const LEAST_WAIT_MS = 1_000
const LEAST_TURNS = 511

/** Waits for the next turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/**
 * Waits until the process has accepted everything that the kernel has queued. libuv accepts about one
 * connection a turn, and closing a listener resets the rest of its queue (measured: 20 of 20 without this
 * wait, 0 of 20 with it).
 * @param count number that grows with every arrival
 */
export async function untilQuiet(count: () => number): Promise<void> {
  const deadline = performance.now() + LEAST_WAIT_MS
  let seen = count()
  let turns = 0
  for (let quiet = 0; quiet < QUIET_TURNS && (turns < LEAST_TURNS || performance.now() < deadline);) {
    await nextTurn()
    turns++
    quiet = count() === seen ? quiet + 1 : 0
    seen = count()
  }
}
