import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect as connectHttp2, createSecureServer, createServer as createHttp2Server } from 'node:http2'
import { createServer as createHttpsServer, get as getHttps } from 'node:https'
import { connect, createServer as createNetServer, type Server, type Socket } from 'node:net'
import { suite, test } from 'node:test'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Lifecycle, ServableServer } from '../../../../src/node/types.ts'
import { httpGet } from '../../../helpers/http-get.ts'
import { makeLifecycle, openPort } from '../../../helpers/lifecycle.ts'
import { eventually } from '../../../helpers/eventually.ts'
import { closeServed, namesOf } from './closed-setup.ts'
import { tls } from '../setup.ts'

const withoutProbes = { probePort: false } as const
const listenersOf = (server: Server): readonly (readonly [string | symbol, number])[] =>
  server.eventNames().map((name) => [name, server.listenerCount(name)])

/** A server, and a client that exchanges a byte with it and goes. */
interface Kind {
  readonly make: () => ServableServer
  readonly visit: (port: number) => Promise<void>
}

const insecure = { rejectUnauthorized: false } as const

async function visitRaw(socket: Socket): Promise<void> {
  socket.write('x')
  await once(socket, 'data')
  socket.destroy()
  await once(socket, 'close')
}

async function visitHttp2(url: string): Promise<void> {
  const client = connectHttp2(url, insecure)
  const stream = client.request({ ':path': '/' })
  stream.resume()
  await once(stream, 'end')
  client.close()
  await once(client, 'close')
}

const answer = (_: unknown, response: { end(text: string): unknown }): void => void response.end('ok')
const echo = (socket: Socket): void => void socket.on('error', () => {}).pipe(socket)

const kinds: Readonly<Record<string, Kind>> = {
  'node:http': { make: () => createServer(answer), visit: async (port) => void (await httpGet(port, '/')) },
  'node:https': {
    make: () => createHttpsServer(tls, answer),
    visit: async (port) => {
      const request = getHttps({ port, host: '127.0.0.1', agent: false, ...insecure })
      const [response] = (await once(request, 'response')) as [Socket]
      response.resume()
      await once(response, 'close')
    },
  },
  'node:http2': {
    make: () => createHttp2Server(answer),
    visit: (port) => visitHttp2(`http://127.0.0.1:${port}`),
  },
  'node:http2 with TLS': {
    make: () => createSecureServer({ ...tls, allowHTTP1: true }, answer),
    visit: (port) => visitHttp2(`https://127.0.0.1:${port}`),
  },
  'node:tls': {
    make: () => createTlsServer(tls, echo),
    visit: (port) => visitRaw(connectTls({ port, host: '127.0.0.1', ...insecure })),
  },
  'node:net': {
    make: () => createNetServer(echo),
    visit: (port) => visitRaw(connect(port, '127.0.0.1')),
  },
}

suite('a server that is closed', () => {
  for (const [kind, { make, visit }] of Object.entries(kinds)) {
    test(`is let go, and its name is free, again and again, for a server of ${kind}`, async (t) => {
      const { lifecycle } = makeLifecycle(t, withoutProbes)
      await lifecycle.start()
      for (let round = 0; round < 3; round++) {
        const server = make()
        const before = listenersOf(server)
        lifecycle.serve(server)
        await visit(await openPort(server))
        assert.deepEqual(namesOf(lifecycle), ['main'])
        await closeServed(lifecycle, server)
        server.removeAllListeners('listening')
        assert.deepEqual(
          listenersOf(server),
          before.filter(([name]) => name !== 'listening'),
          'nothing but what follows its next listen() is left on it',
        )
      }
    })
  }

  test('can be collected as soon as its application has let go of it', async (t) => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const { lifecycle } = makeLifecycle(t, withoutProbes)
    await lifecycle.start()
    const closed: WeakRef<Server>[] = []
    for (let index = 0; index < 50; index++) closed.push(await serveOnce(lifecycle))
    await eventually('all but what is on the stack are collected', () => {
      collect()
      return closed.filter((server) => server.deref() !== undefined).length <= 2
    })
  })
})

async function serveOnce(lifecycle: Lifecycle): Promise<WeakRef<Server>> {
  const server = lifecycle.serve(createServer(answer))
  await httpGet(await openPort(server), '/')
  await closeServed(lifecycle, server)
  return new WeakRef(server)
}
