import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, test } from 'node:test'
import { type PodMonitor, scrapeConfig, startPodMonitor } from '../../../scripts/dashboard/pod-monitor.ts'
import type { PodRecord } from '../../../src/rollout/pod-record.ts'

const podOf = (name: string, probePort: number, state: PodRecord['state']): PodRecord => ({
  name,
  local: { pid: 1, port: 1, probePort, http2Port: 1 },
  state,
  startedAt: { wallMs: 0, monotonicMs: 0 },
  ending: 'running',
  output: [],
})

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close().closeAllConnections()
  await closed
}

async function scrape({ port }: PodMonitor, pod: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/${pod}`)
  return `${response.status} ${await response.text()}`
}

suite('targets of the dashboard', () => {
  test('the metrics of a pod are at its name as long as it exists, also when it ends', async () => {
    const probes = createServer((request, response) => response.end(`of ${request.url}`))
    const port = await listen(probes)
    const monitor = await startPodMonitor(() => [
      podOf('pod-1', port, 'terminating'),
      podOf('pod-2', port, 'gone'),
    ])
    try {
      assert.equal(await scrape(monitor, 'pod-1'), '200 of /metrics')
      assert.equal(await scrape(monitor, 'pod-2'), '503 ')
      assert.equal(await scrape(monitor, 'pod-3'), '503 ')
    } finally {
      await Promise.all([monitor.close(), close(probes)])
    }
  })

  test('a pod whose probe server does not answer is a failed scrape', async () => {
    const closed = createServer()
    const port = await listen(closed)
    await close(closed)
    const monitor = await startPodMonitor(() => [podOf('pod-1', port, 'starting')])
    try {
      assert.equal(await scrape(monitor, 'pod-1'), '503 ')
    } finally {
      await monitor.close()
    }
  })

  test('every pod is a target with the labels of a PodMonitor', () => {
    const { scrape_configs } = JSON.parse(scrapeConfig(2, 9_999)) as {
      scrape_configs: { static_configs: { targets: string[]; labels: Record<string, string> }[] }[]
    }
    const [first, second] = scrape_configs[0]?.static_configs ?? []
    assert.deepEqual(first?.targets, ['127.0.0.1:9999'])
    assert.deepEqual(second?.labels, {
      __metrics_path__: '/pod-2',
      namespace: 'default',
      job: 'default/orders',
      pod: 'pod-2',
      container: 'app',
      endpoint: 'probes',
      instance: 'pod-2',
    })
  })
})
