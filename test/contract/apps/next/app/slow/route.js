import { setTimeout } from 'node:timers/promises'
import { database } from '../../database.js'
import { passGate } from '../../gates.js'

export const dynamic = 'force-dynamic'

export async function GET(request) {
  const gate = request.nextUrl.searchParams.get('gate')
  if (gate) {
    await passGate(gate)
    return new Response(await database.query())
  }
  console.log('slow')
  await setTimeout(2000)
  console.log('slow answered')
  return new Response('Hello at last!')
}
