import { setTimeout } from 'node:timers/promises'

export const dynamic = 'force-dynamic'

export async function GET() {
  console.log('slow')
  await setTimeout(2000)
  console.log('slow answered')
  return new Response('Hello at last!')
}
