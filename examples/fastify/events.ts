import { setTimeout as sleep } from 'node:timers/promises'

const PERIOD_MS = 100

/**
 * Server-sent events with the ids after `lastId`, until the signal says that the server goes away: then the stream is ended and not cut, and its client
 * comes back to another pod with the last id that it has.
 */
export async function* writeEvents(lastId: number, leaving: AbortSignal): AsyncGenerator<string> {
  for (let id = lastId + 1; !leaving.aborted; id++) {
    yield `id: ${id}\ndata: ${JSON.stringify({ orders: id })}\n\n`
    await sleep(PERIOD_MS, undefined, { signal: leaving }).catch(() => undefined)
  }
  yield 'retry: 100\n\n'
}
