/** `node fastify.ts bare|lastcall`: a small Fastify app, with the plugin or without. */
import Fastify from 'fastify'
import { answerAsServer, KEEP_ALIVE_MS } from './questions.ts'

const [variant] = process.argv.slice(2)
const app = Fastify({ keepAliveTimeout: KEEP_ALIVE_MS })
if (variant === 'lastcall') {
  const { lastcall } = await import('lastcall/fastify')
  await app.register(lastcall, { probePort: 0, probeHost: '127.0.0.1' })
}
app.get('/', async () => ({ hello: 'world' }))
await app.listen({ port: 0, host: '127.0.0.1' })
answerAsServer(app.server)
