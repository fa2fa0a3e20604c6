import { once } from 'node:events'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type TestContext } from 'node:test'
import { Registry } from 'prom-client'
import type { LifecycleOptions } from '../../../src/core/options.ts'
import { collectMetrics } from '../../../src/integrations/prom-client/index.ts'
import { createLifecycle } from '../../../src/node/lifecycle/create-lifecycle.ts'
import { Gate } from '../../node/drain/setup.ts'
import { RawClient } from '../../helpers/raw-http.ts'
import { manualHost } from '../manual-host.ts'

export const options = {
  probePort: 0,
  probeHost: '127.0.0.1',
  terminationLog: false,
  logger: false,
  shutdownDelayMs: 5_000,
} as const satisfies LifecycleOptions

export async function start(t: TestContext) {
  const host = manualHost()
  const lifecycle = createLifecycle({ ...options, signals: [] }, host)
  const gate = new Gate()
  const server = createServer((_request, response) => void gate.pass().then(() => response.end('served')))
  lifecycle.serve(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  await lifecycle.start()
  const register = new Registry()
  const metrics = collectMetrics(lifecycle, { register })
  const { port } = server.address() as AddressInfo
  const client = await RawClient.connect(port)
  t.after(async () => {
    client.close()
    const stopped = lifecycle.shutdown()
    host.elapse(Infinity)
    await stopped
  })
  return { host, lifecycle, gate, register, metrics, port, client }
}

export async function fetchPage(
  port: number,
  path = '/metrics',
): Promise<{ body: string; type: string; status: number }> {
  const [response] = await once(get({ port, path, host: '127.0.0.1', agent: false }), 'response')
  const type = String(response.headers['content-type'])
  return { body: await text(response), type, status: Number(response.statusCode) }
}

/** Samples of a page by name and labels. */
export function samplesOf(page: string): Record<string, number> {
  const lines = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  )
}
