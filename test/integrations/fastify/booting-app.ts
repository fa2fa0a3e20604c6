import { fastify } from 'fastify'
import { lastcall } from '../../../src/integrations/fastify/index.ts'

// An app that is told to stop while one of its plugins is still loading. It says `booting`, then `booted`,
// then `closed`.
const app = fastify()
await app.register(lastcall, { probePort: false })
app.addHook('onReady', async () => {
  console.log('booting')
  // Goes on when the signal has come, as a database that answers late would.
  await app.lifecycle.once('shutdownInitiated')
  console.log('booted')
})
app.addHook('onClose', async () => console.log('closed'))
await app.listen({ port: 0, host: '127.0.0.1' })
