/**
 * Serves with `createTerminus`, of the drop-in or of the package itself. Its options are in the first argument; `/slow` answers after 1.3 s,
 * everything else at once. Says every step; a heartbeat keeps it alive, as a pool or a queue would.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as peer from '@godaddy/terminus'
import * as dropIn from '../../../src/integrations/terminus/index.ts'

interface AppOptions {
  readonly real?: boolean
  readonly servers?: number
  readonly listens?: boolean
  readonly beforeMs?: number
  readonly failing?: string
  readonly terminus?: object
}

const options = JSON.parse(process.argv[2] ?? '{}') as AppOptions
const createTerminus = (options.real ? peer : dropIn).createTerminus as typeof dropIn.createTerminus
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const step = (name: string) => async () => {
  console.log(name)
  if (options.failing === name) throw new Error(`${name} fails`)
}

const servers = Array.from({ length: options.servers ?? 1 }, (_, index) => {
  const server = createServer((request, response) => {
    console.log(`request ${request.url}`)
    setTimeout(() => response.end('hello'), request.url === '/slow' ? 1_300 : 0)
  })
  return createTerminus(server, {
    healthChecks: { '/health/readiness': async () => {}, '/health/liveness': async () => {} },
    beforeShutdown: async () => {
      await step(`beforeShutdown ${index}`)()
      await wait(options.beforeMs ?? 0)
    },
    onSignal: step(`onSignal ${index}`),
    onShutdown: step(`onShutdown ${index}`),
    ...options.terminus,
  })
})

const ports = options.listens === false ? [] : await Promise.all(servers.map(listen))
process.once('exit', (code) => console.log(`exit ${code}`))
console.log(`ready ${ports.join(' ')}`)
setInterval(() => console.log('heartbeat'), 50)

function listen(server: (typeof servers)[number]): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}
