import { setTimeout as sleep } from 'node:timers/promises'

export const dynamic = 'force-dynamic'

export async function GET(request) {
  const lastId = Number(request.headers.get('last-event-id') ?? 0) || 0
  const body = ReadableStream.from(writeEvents(lastId, request.signal)).pipeThrough(new TextEncoderStream())
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
  })
}

/** Ten events a second, until the client has gone. */
async function* writeEvents(lastId, gone) {
  for (let id = lastId + 1; !gone.aborted; id++) {
    yield `id: ${id}\ndata: ${JSON.stringify({ orders: id })}\n\n`
    await sleep(100)
  }
}
