import { setTimeout as sleep } from 'node:timers/promises'

const PERIOD_MS = 100
/** Events that can still be had afterwards, as from a message broker: those of the last five seconds. */
const HISTORY = 50

/**
 * Server-sent events, ten a second, until the signal says that the server goes away: then the stream is ended
 * and not cut, and its client comes back to another pod
 * with the last id that it has. Their numbers come from the clock, which all pods share, so that an event
 * that a client misses leaves a gap. What it missed in the
 * last five seconds is sent again at once.
 */
export async function* writeEvents(lastId: number | undefined, leaving: AbortSignal): AsyncGenerator<string> {
  const newest = Math.floor(Date.now() / PERIOD_MS)
  // The clocks of two pods differ a little: an id that is not due yet is waited for.
  const first = Math.min(Math.max((lastId ?? newest) + 1, newest - HISTORY), newest + HISTORY)
  for (let id = first; !leaving.aborted; id++) {
    await sleep(Math.max(0, id * PERIOD_MS - Date.now()), undefined, { signal: leaving }).catch(
      () => undefined,
    )
    if (!leaving.aborted) yield `id: ${id}\ndata: ${JSON.stringify({ orders: id })}\n\n`
  }
  yield 'retry: 100\n\n'
}
