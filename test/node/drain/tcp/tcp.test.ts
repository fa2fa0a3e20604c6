import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { adapterFor } from '../../../../src/node/drain/servers/serve.ts'
import { within } from '../../../helpers/eventually.ts'
import { contextOf, drainable } from '../setup.ts'

const echo = (): Server => createServer((socket) => socket.on('error', () => {}).pipe(socket))

test('net.Server: what never sent anything is closed, what did is waited for', async (t) => {
  const { adapter, client } = await drainable(t, echo())
  const [silent, talking] = [await client(), await client()]
  talking.send('hello')
  await talking.until(() => talking.received === 'hello')
  const drained = adapter.drain()
  assert.notEqual(await silent.ended(), 'open')
  assert.equal(adapter.snapshot().inFlight.upgrade, 1)
  talking.send(' again')
  await talking.until(() => talking.received === 'hello again')
  talking.socket.end()
  await within(3_000, 'drain', drained)
})

test('net.Server: closeHandshake() is called for each connection, and what it throws ends only that one', async (t) => {
  let nth = 0
  const { adapter, client } = await drainable(t, echo(), {
    closeHandshake: (socket, request) => {
      assert.equal(request, null)
      if (++nth === 1) throw new Error('planned')
      socket.end('QUIT\r\n')
    },
  })
  const clients = [await client(), await client()]
  for (const one of clients) {
    one.send('hello')
    await one.until(() => one.received === 'hello')
  }
  await within(3_000, 'drain', adapter.drain())
  assert.equal(clients[1]?.received, 'helloQUIT\r\n')
})

test('net.Server: forceClose() counts the connections that were in use', async (t) => {
  const { adapter, client } = await drainable(t, echo())
  const [, talking] = [await client(), await client()]
  talking.send('hello')
  await talking.until(() => talking.received === 'hello')
  assert.deepEqual(
    adapter.forceClose().map((close) => close.kind),
    ['upgrade'],
  )
  assert.equal(await talking.ended(), 'reset')
})

test('the path of a unix socket is left to a successor that has bound it since (trap 57)', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'app.sock')
  const context = contextOf({ drainTimeoutMs: 1_000 })
  const listen = async (body: string) => {
    const server = createHttpServer((_, response) => response.end(body)).listen(path)
    t.after(() => server.close())
    await once(server, 'listening')
    return server
  }
  const old = adapterFor(await listen('old'), context)
  rmSync(path)
  await listen('new')
  await within(3_000, 'drain', old.drain())
  const socket = connect(path)
  socket.end('GET / HTTP/1.0\r\n\r\n')
  const [answer] = await once(socket.setEncoding('utf8'), 'data')
  assert.match(answer as string, /new$/)
})

test('the path of a unix socket is unlinked when it is still the own one', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'app.sock')
  const server = createHttpServer().listen(path)
  await once(server, 'listening')
  const adapter = adapterFor(server, contextOf({ drainTimeoutMs: 1_000 }))
  await within(3_000, 'drain', adapter.drain())
  assert.equal(existsSync(path), false)
})
