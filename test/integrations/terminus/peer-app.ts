/** Serves its health routes with @godaddy/terminus itself, and is shut down by a lifecycle, whose options are in the first argument. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTerminus } from '@godaddy/terminus'
import { createLifecycle, type LifecycleOptions } from '../../../src/index.ts'
import { terminusOptions } from '../../../src/integrations/terminus/index.ts'

const lifecycle = createLifecycle(JSON.parse(process.argv[2] ?? '{}') as LifecycleOptions)
const server = createServer((request, response) => {
  console.log(`request ${request.url}`)
  setTimeout(() => response.end('hello'), request.url === '/slow' ? 1_300 : 0)
})
createTerminus(
  lifecycle.serve(server),
  terminusOptions(lifecycle, { healthChecks: { '/health/own': async ({ state }) => ({ ...state }) } }),
)
lifecycle.onStop('database', () => console.log('hook ran'))
lifecycle.on('shutdownInitiated', () => console.log('shutting down'))
lifecycle.on('becameUnready', () => console.log('unready'))
await lifecycle.start()
process.on('SIGUSR2', () => lifecycle.unready('told so'))
console.log(`listeners ${process.listenerCount('SIGTERM')} ${process.listenerCount('SIGINT')}`)
setInterval(() => {}, 60_000)
server.listen(0, '127.0.0.1', () => console.log(`ready ${(server.address() as AddressInfo).port}`))
