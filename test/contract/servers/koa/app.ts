import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import Koa from 'koa'
import { blockUntilOpen, database, passGate } from '#parts'

export { database }
export const app = new Koa()

const routes: Record<string, (context: Koa.Context, gate: string) => unknown> = {
  '/': () => 'ok',
  '/slow': async (_, gate) => {
    await passGate(gate)
    return database.query()
  },
  '/stream': async (_, gate) => {
    const stream = new PassThrough()
    stream.write('begun ')
    void passGate(gate).then(async () => stream.end(await database.query()))
    return stream
  },
  '/echo': async ({ req }) => text(req),
  '/block': (_, gate) => {
    blockUntilOpen(gate)
    return 'ok'
  },
}

app.use(async (context) => {
  context.body = await routes[context.path]?.(context, String(context.query['gate']))
})
