import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

export async function GET(request) {
  const chunks = Number(request.nextUrl.searchParams.get('chunks') ?? 10)
  if (!Number.isInteger(chunks) || chunks < 1 || chunks > 1_000) {
    return Response.json({ error: 'chunks is 1 to 1000' }, { status: 400 })
  }
  const body = ReadableStream.from(writeChunks(chunks)).pipeThrough(new TextEncoderStream())
  return new Response(body, { headers: { 'content-type': 'text/plain; charset=utf-8' } })
}

/** One line every 50 ms, and last the hash of them all: a body that was cut cannot look complete. */
async function* writeChunks(chunks) {
  const hash = createHash('sha256')
  for (let nth = 1; nth <= chunks; nth++) {
    await sleep(50)
    const line = `chunk ${nth} of ${chunks}\n`
    hash.update(line)
    yield line
  }
  yield `sha256 ${hash.digest('hex')}\n`
}
