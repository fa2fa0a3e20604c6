export async function POST(request) {
  const order = await request.json().catch(() => undefined)
  if (typeof order?.id !== 'string') return Response.json({ error: 'id is missing' }, { status: 400 })
  return Response.json({ item: 'tea', ...order })
}
