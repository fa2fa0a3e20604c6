import type { Attack, Dial } from './attack.ts'
import { clientHello } from './client-hello.ts'
import type { HostileClient } from './hostile-client.ts'

const hello = await clientHello()

/** Connects without a handshake, and sends this. */
async function sendRaw(dial: Dial, ...data: readonly (string | Buffer)[]): Promise<HostileClient> {
  const client = await dial({ plain: true })
  client.send(...data)
  return client
}

/** What a client may do before its TLS handshake is over, and instead of it. */
export const tlsAttacks: readonly Attack[] = [
  { what: 'a connection without a handshake', forceClosed: null, start: (dial) => sendRaw(dial) },
  {
    what: 'half a ClientHello',
    forceClosed: null,
    start: (dial) => sendRaw(dial, hello.subarray(0, hello.length / 2)),
    goOn: (client) => client.send(hello.subarray(hello.length / 2, hello.length - 1)),
  },
  {
    what: 'a ClientHello and then silence',
    forceClosed: null,
    start: async (dial) => {
      const client = await sendRaw(dial, hello)
      await client.until('\x16\x03')
      return client
    },
  },
  {
    what: 'a ClientHello and then rubbish',
    forceClosed: null,
    start: async (dial) => {
      const client = await sendRaw(dial, hello)
      await client.until('\x16\x03')
      return client
    },
    goOn: (client) => client.send('\x17\x03\x03\x00\x20', 'x'.repeat(32)),
  },
  {
    what: 'a ClientHello twice',
    forceClosed: null,
    start: (dial) => sendRaw(dial, hello),
    goOn: (client) => client.send(hello),
  },
  {
    what: 'a record that is longer than there can be one',
    forceClosed: null,
    start: (dial) => sendRaw(dial, '\x16\x03\x01\xff\xff', 'x'.repeat(65_535)),
  },
  {
    what: 'a record of no known type',
    forceClosed: null,
    start: (dial) => sendRaw(dial, '\x63\x03\x01\x00\x01x'),
  },
  {
    what: 'a reset in the middle of the handshake',
    forceClosed: null,
    start: async (dial) => {
      const client = await sendRaw(dial, hello)
      await client.until('\x16\x03')
      return client
    },
    goOn: (client) => client.reset(),
  },
  {
    what: 'a FIN in the middle of a ClientHello',
    forceClosed: null,
    start: async (dial) => {
      const client = await sendRaw(dial, hello.subarray(0, 50))
      client.halfClose()
      return client
    },
  },
  {
    what: 'HTTP without TLS',
    forceClosed: null,
    start: (dial) => sendRaw(dial, 'GET / HTTP/1.1\r\nHost: test\r\n\r\n'),
  },
  {
    what: 'a protocol that the server does not speak',
    forceClosed: null,
    start: async (dial) => {
      try {
        return await dial({ alpn: ['gopher/1'] })
      } catch {
        return dial({ plain: true })
      }
    },
  },
  {
    what: 'a client without ALPN that does not close when the server does',
    forceClosed: null,
    start: (dial) => dial(),
  },
]
