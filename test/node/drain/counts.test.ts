import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { createServer as createNetServer, type Server } from 'node:net'
import { test, type TestContext } from 'node:test'
import type { DrainAdapter } from '../../../src/node/drain/adapter.ts'
import { eventually } from '../../helpers/eventually.ts'
import { RawClient } from '../../helpers/raw-http.ts'
import { drainable } from './setup.ts'
import { askUpgrade, silentServer, switching } from './upgrade/upgrade-setup.ts'

type Kind = 'request' | 'stream' | 'upgrade'
type Open = (t: TestContext, port: number, server: Server) => Promise<void>

async function dial(t: TestContext, port: number): Promise<RawClient> {
  const client = await RawClient.connect(port)
  t.after(() => client.close())
  return client
}

const keptAlive: Open = async (t, port) => {
  const client = await dial(t, port)
  client.get()
  await client.response()
}

const held = () => createHttpServer((request, response) => void (request.url === '/' && response.end('ok')))

/** What opens an idle connection, and one with something in flight. */
const kinds: Readonly<Record<string, { kind: Kind; create(): Server; idle: Open; busy: Open }>> = {
  'requests of HTTP/1': {
    kind: 'request',
    create: held,
    idle: keptAlive,
    busy: async (t, port, server) => {
      const asked = once(server, 'request')
      ;(await dial(t, port)).get('/held')
      await asked
    },
  },
  'upgrades that are not answered': {
    kind: 'request',
    create: silentServer,
    idle: keptAlive,
    busy: async (t, port, server) => {
      await askUpgrade(server as ReturnType<typeof silentServer>, await dial(t, port))
    },
  },
  WebSockets: {
    kind: 'upgrade',
    create: silentServer,
    idle: keptAlive,
    busy: async (t, port, server) => {
      const { socket } = await askUpgrade(server as ReturnType<typeof silentServer>, await dial(t, port))
      socket.write(switching)
    },
  },
  'streams of HTTP/2': {
    kind: 'stream',
    create: () => createHttp2Server() as unknown as Server,
    idle: async (t, port) => {
      const session = connectHttp2(`http://127.0.0.1:${port}`).on('error', () => {})
      t.after(() => session.destroy())
      await once(session, 'remoteSettings')
    },
    busy: async (t, port, server) => {
      const session = connectHttp2(`http://127.0.0.1:${port}`).on('error', () => {})
      t.after(() => session.destroy())
      const asked = once(server, 'stream')
      session.request().on('error', () => {})
      await asked
    },
  },
  'conversations of another protocol': {
    kind: 'upgrade',
    create: () => createNetServer((socket) => void socket.on('error', () => {}).resume()),
    idle: async (t, port, server) => {
      const accepted = once(server, 'connection')
      await dial(t, port)
      await accepted
    },
    busy: async (t, port, server) => {
      const accepted = once(server, 'connection') as Promise<[{ bytesRead: number }]>
      ;(await dial(t, port)).send('hello')
      const [socket] = await accepted
      await eventually('it has arrived', () => socket.bytesRead > 0)
    },
  },
}

function assertAges(adapter: DrainAdapter, kind: Kind, since: number): number {
  const { request, stream, upgrade } = adapter.snapshot().oldestInFlightMs
  const ages = { request, stream, upgrade }
  const age = ages[kind]
  assert.deepEqual({ ...ages, [kind]: 0 }, { request: 0, stream: 0, upgrade: 0 })
  assert.ok(age >= 0 && age <= performance.now() - since + 1, `${age} ms`)
  return age
}

for (const [what, { kind, create, idle, busy }] of Object.entries(kinds)) {
  test(`${what} are counted, with the age of the oldest, beside connections that are idle`, async (t) => {
    const { adapter, port, server } = await drainable(t, create())
    const none = { request: 0, stream: 0, upgrade: 0 }
    assert.deepEqual(
      [adapter.snapshot().inFlight, adapter.snapshot().oldestInFlightMs, adapter.snapshot().connections],
      [none, none, { active: 0, idle: 0 }],
    )
    assert.equal(adapter.snapshot().lastNewConnectionAt, null)
    const began = Date.now()
    await idle(t, port, server)
    assert.deepEqual(
      [adapter.snapshot().inFlight, adapter.snapshot().oldestInFlightMs, adapter.snapshot().connections],
      [none, none, { active: 0, idle: 1 }],
    )
    const since = performance.now()
    await busy(t, port, server)
    await busy(t, port, server)
    const { inFlight, connections, lastNewConnectionAt } = adapter.snapshot()
    assert.deepEqual(
      [inFlight, connections],
      [
        { ...none, [kind]: 2 },
        { active: 2, idle: 1 },
      ],
    )
    assert.ok(lastNewConnectionAt! >= began - 1_000 && lastNewConnectionAt! <= Date.now() + 1_000)
    const age = assertAges(adapter, kind, since)
    // It is the oldest one's age: another one does not make it shorter.
    await eventually('it grows', () => adapter.snapshot().oldestInFlightMs[kind] > age + 20)
    await busy(t, port, server)
    assert.ok(assertAges(adapter, kind, since) > age + 20)
    assert.equal(adapter.forceClose().length, 3)
  })
}
