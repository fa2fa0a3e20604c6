import { database } from '../../database.js'
import { passGate } from '../../gates.js'

export const dynamic = 'force-dynamic'

export function GET(request) {
  const gate = request.nextUrl.searchParams.get('gate')
  async function* body() {
    yield 'begun '
    await passGate(gate)
    yield await database.query()
  }
  return new Response(ReadableStream.from(body()).pipeThrough(new TextEncoderStream()))
}
