import { blockUntilOpen } from '../../gates.js'

export const dynamic = 'force-dynamic'

export function GET(request) {
  blockUntilOpen(request.nextUrl.searchParams.get('gate'))
  return new Response('ok')
}
