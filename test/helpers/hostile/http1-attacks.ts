import type { Attack } from './attack.ts'
import { clientHello } from './client-hello.ts'
import { head, malformedRequests } from './http1-malformed.ts'

/** What a server has to wait for until the deadline: it cannot know that no more is coming. */
const pending: readonly Attack[] = [
  {
    what: 'a head that comes a byte at a time',
    forceClosed: 'request',
    start: async (dial) => {
      const client = await dial()
      client.send('GET / HT')
      return client
    },
    goOn: (client) => client.send('T'),
  },
  {
    what: 'a body that comes a byte at a time',
    forceClosed: 'request',
    start: async (dial) => {
      const client = await dial()
      client.send(head('POST / HTTP/1.1', 'Content-Length: 100'), 'x')
      return client
    },
    goOn: (client) => client.send('x'),
  },
  {
    what: 'a head that ends in the drain with what is no head',
    forceClosed: null,
    start: async (dial) => {
      const client = await dial()
      client.send('GET / HT')
      return client
    },
    goOn: (client) => client.send('\0\0\r\n\r\n'),
  },
  {
    what: 'a body whose chunks end in the drain with what is no chunk',
    forceClosed: null,
    start: async (dial) => {
      const client = await dial()
      client.send(head('POST / HTTP/1.1', 'Transfer-Encoding: chunked'), '1\r\nx\r\n')
      return client
    },
    goOn: (client) => client.send('zz\r\n\r\n'),
  },
  {
    what: 'an announced body that never comes',
    forceClosed: 'request',
    start: async (dial) => {
      const client = await dial()
      client.send(head('POST / HTTP/1.1', 'Content-Length: 100', 'Expect: 100-continue'))
      await client.until('100 Continue')
      return client
    },
  },
  {
    what: 'a reset in the middle of a head',
    forceClosed: null,
    start: async (dial) => {
      const client = await dial()
      client.send('GET / HT')
      return client
    },
    goOn: (client) => client.reset(),
  },
  {
    what: 'a reset in the middle of a body',
    forceClosed: null,
    start: async (dial) => {
      const client = await dial()
      client.send(head('POST / HTTP/1.1', 'Content-Length: 100'), 'x')
      return client
    },
    goOn: (client) => client.reset(),
  },
  {
    what: 'a reset while the answer is under way',
    forceClosed: null,
    start: async (dial) => {
      const client = await dial({ neverReads: true })
      client.send(head('GET /large HTTP/1.1'))
      return client
    },
    goOn: (client) => client.reset(),
  },
  {
    what: 'a FIN in the middle of a head',
    forceClosed: null,
    start: async (dial) => {
      const client = await dial()
      client.send('GET / HT')
      return client
    },
    goOn: (client) => client.halfClose(),
  },
  {
    what: 'a client that connects and does nothing, and does not close when the server does',
    forceClosed: null,
    start: (dial) => dial(),
  },
  {
    what: 'a client that is idle, and does not close when the server does',
    forceClosed: null,
    start: async (dial) => {
      const client = await dial()
      client.send(head('GET / HTTP/1.1'))
      await client.until('ok')
      return client
    },
  },
  {
    what: 'a TLS client on the plain port',
    forceClosed: null,
    start: async (dial) => {
      const client = await dial()
      client.send(await clientHello())
      await client.ended
      return client
    },
  },
  {
    what: '2,000 pipelined requests, whose answers are not read',
    forceClosed: null,
    start: async (dial) => {
      const client = await dial({ neverReads: true })
      client.send(head('GET / HTTP/1.1').repeat(2_000))
      return client
    },
    goOn: (client) => client.reset(),
  },
]

const upgrade = head('GET /chat HTTP/1.1', 'Connection: Upgrade', 'Upgrade: websocket')

/** Upgrades that are none. */
const upgrades: readonly Attack[] = [
  {
    what: 'an upgrade to WebSocket without a key',
    forceClosed: null,
    start: async (dial) => {
      const client = await dial()
      client.send(upgrade)
      await client.until('HTTP/1.1 ')
      return client
    },
  },
  {
    what: 'an upgrade to nothing that is known',
    forceClosed: null,
    start: async (dial) => {
      const client = await dial()
      client.send(head('GET /chat HTTP/1.1', 'Connection: Upgrade', 'Upgrade: \x01'), '\0\0\0')
      await client.ended
      return client
    },
  },
  {
    what: 'an upgrade whose head ends in the drain, from a client that does not close',
    forceClosed: null,
    start: async (dial) => {
      const client = await dial()
      client.send(upgrade.slice(0, -2))
      return client
    },
    goOn: (client) => client.send('\r\n'),
  },
  {
    what: 'an upgrade whose head ends in the drain, from a client that resets then',
    forceClosed: null,
    start: async (dial) => {
      const client = await dial()
      client.send(upgrade.slice(0, -2))
      return client
    },
    goOn: (client) => {
      client.send('\r\n', 'x'.repeat(1_000))
      void client.ended.then(() => client.reset())
    },
  },
  {
    what: 'a tunnel to nowhere that is asked for in the drain',
    forceClosed: null,
    start: async (dial) => {
      const client = await dial()
      client.send('CONNECT ::::/ HTTP/1.1\r\nHost: test\r\n')
      return client
    },
    goOn: (client) => client.send('\r\n', '\x16\x03\x01'),
  },
  {
    what: 'an upgrade behind a request that is still being answered',
    forceClosed: null,
    start: async (dial) => {
      const client = await dial()
      client.send(head('GET /late HTTP/1.1'))
      return client
    },
    goOn: (client) => client.send(upgrade),
  },
]

/** What an HTTP/1 client may do to a server. */
export const http1Attacks: readonly Attack[] = [...malformedRequests, ...pending, ...upgrades]

/** Answers that are asked for and not read. */
export const http1Unread: readonly Attack[] = ['/large', '/stream'].map((path) => ({
  what: `a client that reads only the beginning of ${path}`,
  forceClosed: 'request',
  patienceMs: 2_000,
  start: async (dial) => {
    const client = await dial()
    client.send(head(`GET ${path} HTTP/1.1`))
    await client.readOnly(100_000)
    return client
  },
}))
