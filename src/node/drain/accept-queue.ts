/** Turns of the event loop without a new connection after which the accept queue counts as empty. */
const QUIET_TURNS = 3
/** Under a stream of new connections that never ends the listener has to be closed all the same. */
const MAX_WAIT_MS = 1_000

/**
 * Waits until everything the kernel has queued is in the process. libuv accepts about one connection a turn, and closing a listener resets what is
 * still queued (measured: 20 of 20 without this, 0 of 20 with it), so one turn is not enough.
 * @param count number that grows with every arrival
 */
export async function untilQuiet(count: () => number): Promise<void> {
  const deadline = performance.now() + MAX_WAIT_MS
  let seen = count()
  for (let quiet = 0; quiet < QUIET_TURNS && performance.now() < deadline;) {
    await new Promise((resolve) => setImmediate(resolve))
    quiet = count() === seen ? quiet + 1 : 0
    seen = count()
  }
}
