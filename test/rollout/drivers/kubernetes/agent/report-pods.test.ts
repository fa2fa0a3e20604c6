import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { AgentMessage } from '../../../../../src/rollout/drivers/kubernetes/agent/protocol.ts'
import { reportPods } from '../../../../../src/rollout/drivers/kubernetes/agent/report-pods.ts'
import type { PodObject } from '../../../../../src/rollout/drivers/kubernetes/api/objects.ts'
import { readClocks } from '../../../../../src/load/sample.ts'
import { eventually } from '../../../../helpers/eventually.ts'
import { makePod, makeWorkload, namespace } from '../../../../helpers/kubernetes-objects.ts'

test('reportPods() asks a pod for readiness and metrics until its end, and says the last once', async (t) => {
  let status = 200
  let scrapes = 0
  const server = createServer(({ url }, response) => {
    if (url === '/metrics') {
      scrapes++
      return response.end('lastcall_forced_closes_total{kind="request"} 2\n')
    }
    response.writeHead(status).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const ending = new AbortController()
  t.after(() => {
    ending.abort()
    server.close()
  })
  const said: AgentMessage[] = []
  const of = <Type extends AgentMessage['type']>(
    type: Type,
  ): readonly Extract<AgentMessage, { type: Type }>[] =>
    said.filter((message): message is Extract<AgentMessage, { type: Type }> => message.type === type)
  const workload = makeWorkload()
  const job = { namespace, workload, selector: '', service: 'shop', generators: 1, configMap: '' }
  const target = { host: '127.0.0.1', port }
  const onEvent = reportPods(
    { ...job, target, targetPort: 'http' },
    (message) => said.push(message),
    ending.signal,
  )
  const pod = (name: string, metadata: object = {}): PodObject => ({
    ...makePod(name, { metadata, status: { phase: 'Running', podIP: '127.0.0.1' } }),
    spec: {
      containers: [
        {
          name: 'app',
          ports: [{ name: 'http', containerPort: port }],
          readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
        },
      ],
    },
  })
  const deleted = { deletionTimestamp: '2026-11-21T10:00:00Z' }
  onEvent('ADDED', pod('shop-1-a'), readClocks())
  onEvent('ADDED', pod('shop-1-b'), readClocks())
  await eventually('both are scraped', () => scrapes >= 2 && of('readiness').length === 2)
  status = 503
  onEvent('MODIFIED', pod('shop-1-a', deleted), readClocks())
  await eventually('both fail', () => of('readiness').length === 4)
  onEvent('DELETED', pod('shop-1-a', deleted), readClocks())
  await eventually('its last metrics', () => of('metrics').length === 1)
  // Nothing of a pod that goes on.
  ending.abort()
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(
    of('metrics').map(({ uid, scrape }) => `${uid} ${scrape.forcedCloses}`),
    ['uid-shop-1-a 2'],
  )
  assert.deepEqual(
    of('readiness')
      .filter((line) => line.pod === 'shop-1-a')
      .map(({ passes }) => passes),
    [true, false],
  )
  assert.deepEqual(new Set(of('listener').map(({ state }) => state)), new Set(['accepting']))
})
