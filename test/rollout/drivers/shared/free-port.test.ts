import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, Server } from 'node:net'
import { test } from 'node:test'
import { findFreePort } from '../../../../src/rollout/drivers/shared/free-port.ts'

test('findFreePort finds other ports for pods that look at the same time, and leaves each free', async (t) => {
  const ports = await Promise.all(Array.from({ length: 20 }, () => findFreePort()))
  assert.equal(new Set(ports).size, ports.length)
  for (const port of ports) {
    const server = createServer().listen(port)
    t.after(() => server.close())
    await once(server, 'listening')
    assert.equal((server.address() as AddressInfo).port, port)
  }
})

test('findFreePort tries every port of its range once, then says that all are taken', async (t) => {
  const tried: number[] = []
  t.mock.method(Server.prototype, 'listen', (port: number) => {
    tried.push(port)
    throw new Error('listen EADDRINUSE')
  })
  await assert.rejects(findFreePort(), /every port from 20000 to 30000 is taken/)
  assert.equal(new Set(tried).size, tried.length)
  assert.ok(tried.length >= 10_000 && tried.every((port) => port >= 20_000 && port <= 30_000))
})
