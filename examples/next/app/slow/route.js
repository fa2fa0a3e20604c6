import { setTimeout as sleep } from 'node:timers/promises'

export async function GET(request) {
  const ms = Number(request.nextUrl.searchParams.get('ms') ?? 1_000)
  if (!Number.isInteger(ms) || ms < 0 || ms > 60_000) {
    return Response.json({ error: 'ms is 0 to 60000' }, { status: 400 })
  }
  await sleep(ms)
  return Response.json({ sleptMs: ms })
}
