import { setTimeout as sleep } from 'node:timers/promises'

export const dynamic = 'force-dynamic'

export async function GET(request) {
  const lastId = Number(request.headers.get('last-event-id')) || undefined
  const body = ReadableStream.from(writeEvents(lastId, request.signal)).pipeThrough(new TextEncoderStream())
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
  })
}

/**
 * Ten events a second, until the client has gone. Their numbers come from the clock, which all processes share: an event that a client misses leaves a gap. Those of
 * the last five seconds are sent again.
 */
async function* writeEvents(lastId, gone) {
  const newest = Math.floor(Date.now() / 100)
  const first = Math.min(Math.max((lastId ?? newest) + 1, newest - 50), newest + 50)
  for (let id = first; !gone.aborted; id++) {
    await sleep(Math.max(0, id * 100 - Date.now()))
    yield `id: ${id}\ndata: ${JSON.stringify({ orders: id })}\n\n`
  }
}
