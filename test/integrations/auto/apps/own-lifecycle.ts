// An application that has a lifecycle of its own, made before or after it listens.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLifecycle } from '../../../../src/index.ts'

const server = createServer((_request, response) => response.end('ok\n'))
const own = () => {
  const lifecycle = createLifecycle({ shutdownDelayMs: 0 })
  lifecycle.serve(server)
  lifecycle.onStop('own', () => console.log('own hook'))
  return lifecycle
}
const lifecycle = process.argv[2] === 'before' ? own() : null
server.listen(0, '127.0.0.1')
await once(server, 'listening')
// By now lastcall/auto has its probe server, unless it has stood back.
if (!lifecycle) await new Promise((resolve) => setTimeout(resolve, 200))
const started = lifecycle ?? own()
await started.start()
console.log(`listening ${(server.address() as AddressInfo).port} ${started.probeAddress?.port}`)
