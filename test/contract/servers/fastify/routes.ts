import { PassThrough } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { blockUntilOpen, database, passGate } from '#parts'

interface Gated {
  Querystring: { gate: string }
}

export async function routes(app: FastifyInstance): Promise<void> {
  await database.connect()
  app.addHook('onClose', async () => database.end())

  app.get('/', async () => 'ok')
  app.get<Gated>('/slow', async ({ query }) => {
    await passGate(query.gate)
    return database.query()
  })
  app.get<Gated>('/stream', async ({ query }, reply) => {
    const stream = new PassThrough()
    stream.write('begun ')
    void passGate(query.gate).then(async () => stream.end(await database.query()))
    return reply.send(stream)
  })
  app.post('/echo', async ({ body }) => body)
  app.get<Gated>('/block', async ({ query }) => {
    blockUntilOpen(query.gate)
    return 'ok'
  })
}
