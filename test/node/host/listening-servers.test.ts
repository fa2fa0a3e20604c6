import assert from 'node:assert/strict'
import cluster from 'node:cluster'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { realProcess } from '../../../src/node/host/process.ts'
import { eventually } from '../../helpers/eventually.ts'

const count = (): number => realProcess().listeningServers?.() ?? 0

test('a server that listens on a TCP port is counted, also when no lifecycle serves it', async () => {
  const before = count()
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  assert.equal(count(), before + 1)
  server.close()
  await eventually('the server to be gone', () => count() === before)
})

test('a thread that this one listens to is counted: nobody can see what it serves', async (t) => {
  const before = count()
  const thread = new Worker('setInterval(() => {}, 1_000)', { eval: true })
  t.after(() => thread.terminate())
  thread.on('message', () => {})
  await once(thread, 'online')
  assert.equal(count(), before + 1)
})

test('a worker of a cluster is counted, because it listens through its primary', async () => {
  cluster.setupPrimary({
    exec: new URL('../../fixtures/lifecycle/counts-servers.ts', import.meta.url).pathname,
  })
  const worker = cluster.fork()
  const [counted] = (await once(worker, 'message')) as [number]
  assert.equal(counted, 1)
  await once(worker, 'exit')
})
