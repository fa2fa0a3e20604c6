import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, Server } from 'node:net'
import { test } from 'node:test'
import { makeLifecycle } from '../../helpers/lifecycle.ts'

const port = { code: 'LASTCALL_PROBE_PORT' } as const

test('the default host of the probe server is left for that of IPv4 where the kernel has no IPv6', async (t) => {
  const { listen } = Server.prototype
  for (const code of ['EAFNOSUPPORT', 'EADDRNOTAVAIL']) {
    const hosts: unknown[] = []
    const mocked = t.mock.method(Server.prototype, 'listen', function (this: Server, ...args: unknown[]) {
      hosts.push(args[1])
      if (args[1] !== '::') return Reflect.apply(listen, this, args)
      const error = Object.assign(new Error(`listen ${code}: not supported :::0`), { code })
      process.nextTick(() => this.emit('error', error))
      return this
    })
    const { lifecycle } = makeLifecycle(t, { probeHost: '::', probePort: 0 })
    await lifecycle.start()
    mocked.mock.restore()
    assert.deepEqual([hosts, lifecycle.probeAddress?.host], [['::', '0.0.0.0'], '0.0.0.0'])
  }
})

test('a host that this machine does not have is refused by name, and no other one is opened instead', async (t) => {
  // Of the documentation's network (RFC 5737), which no machine is in.
  const { lifecycle } = makeLifecycle(t, { probeHost: '192.0.2.1', probePort: 0 })
  await assert.rejects(lifecycle.start(), { ...port, message: /port 0 of 192\.0\.2\.1: .*EADDRNOTAVAIL/ })
  assert.equal(lifecycle.probeAddress, null)
})

test('a port that is taken on all addresses is refused as such, and not tried again on those of IPv4', async (t) => {
  const other = createServer().listen(0)
  await once(other, 'listening')
  t.after(() => other.close())
  // '::', where there is IPv6.
  const { port: taken, address } = other.address() as AddressInfo
  const { lifecycle } = makeLifecycle(t, { probeHost: '::', probePort: taken })
  await assert.rejects(lifecycle.start(), {
    ...port,
    message: new RegExp(`port ${taken} of ${address}: .*EADDRINUSE`),
  })
})
