import assert from 'node:assert/strict'
import { createServer as createTcpServer, type Server } from 'node:net'
import { test, type TestContext } from 'node:test'
import { startChild } from '../../../helpers/child.ts'
import { eventually, within } from '../../../helpers/eventually.ts'
import type { RawClient } from '../../../helpers/raw-http.ts'
import { http1Kinds } from '../http1/http1-servers.ts'
import { listenUnserved } from '../servers/late-serve.ts'
import { drainable, Gate } from '../setup.ts'
import { assertDrainWaitsFor, isUndelivered, severalLooks, SIZE } from '../undelivered.ts'

/** Servers that answer with that much; each calls back when its kernel has taken it. */
const servers: Readonly<Record<string, (sent: () => void) => Server>> = {
  http: (sent) =>
    http1Kinds.http.create((_, response) => response.on('finish', sent).end(Buffer.alloc(SIZE))),
  https: (sent) =>
    http1Kinds.https.create((_, response) => response.on('finish', sent).end(Buffer.alloc(SIZE))),
  'raw TCP': (sent) =>
    createTcpServer((socket) => {
      socket
        .on('error', () => {})
        .once('data', () => {
          socket.on('finish', sent).write(Buffer.alloc(SIZE))
          socket.destroySoon()
        })
    }),
}

/** A client that does not read until it is told to. */
async function notReading(t: TestContext, port: number, kind = http1Kinds.http): Promise<RawClient> {
  const client = await kind.connect(port)
  t.after(() => client.close())
  client.socket.pause()
  return client
}

for (const [name, create] of Object.entries(servers)) {
  const connect = (t: TestContext, port: number): Promise<RawClient> =>
    notReading(t, port, name === 'https' ? http1Kinds.https : http1Kinds.http)

  for (const asked of ['before the announcement', 'in the delay', 'in the drain'] as const) {
    test(`${name}: drain() lasts until the client's kernel has the answer to a request from ${asked}`, async (t) => {
      const sent = Promise.withResolvers<void>()
      // Long enough for a connection that is unused to be asked in the drain.
      const drained = await drainable(t, create(sent.resolve), { shutdownDelayMs: 2_000 })
      const slow = await connect(t, drained.port)
      const ask = async (): Promise<void> => {
        slow.get()
        await within(10_000, 'the answer', sent.promise)
      }
      if (asked === 'before the announcement') await ask()
      if (asked !== 'in the drain') drained.adapter.announceClose()
      if (asked === 'in the delay') await ask()
      await assertDrainWaitsFor(slow, drained, async () => {
        if (asked !== 'in the drain') return
        await eventually('the listener is closed', () => !drained.server.listening)
        await severalLooks()
        await ask()
      })
      await slow.ended()
      assert.deepEqual(drained.adapter.forceClose(), [])
    })
  }

  test(`${name}: forceClose() counts, once, an answer that the client's kernel has not got`, async (t) => {
    const sent = Promise.withResolvers<void>()
    const { adapter, port } = await drainable(t, create(sent.resolve))
    const stuck = await connect(t, port)
    stuck.get()
    await within(10_000, 'the answer', sent.promise)
    const began = performance.now()
    const over = adapter.drain()
    await eventually('the connection is closed', () => isUndelivered(port))
    const forced = adapter.forceClose()
    // Since the drain began: when the answer was given nobody has noted.
    const longest = performance.now() - began + 1
    assert.ok(forced.every(({ ageMs }) => ageMs >= 0 && ageMs <= longest))
    assert.deepEqual(
      forced.map(({ kind, server }) => [kind, server]),
      [[name === 'raw TCP' ? 'upgrade' : 'request', 'main']],
    )
    assert.match(forced[0]?.label ?? '', /^answered, \d+ bytes not received$/)
    assert.deepEqual(adapter.forceClose(), [])
    await within(5_000, 'drain', over)
  })
}

test('drain() lasts until the client has the answer to a request that was in flight when it began', async (t) => {
  const [gate, sent] = [new Gate(), Promise.withResolvers<void>()]
  const drained = await drainable(
    t,
    http1Kinds.http.create(async (_, response) => {
      await gate.pass()
      response.on('finish', sent.resolve).end(Buffer.alloc(SIZE))
    }),
  )
  const slow = await notReading(t, drained.port)
  slow.get()
  await gate.entered
  await assertDrainWaitsFor(slow, drained, async () => {
    await eventually('the listener is closed', () => !drained.server.listening)
    await severalLooks()
    gate.open()
    await within(10_000, 'the answer', sent.promise)
  })
})

test('drain() lasts until the client has an answer from before serve()', async (t) => {
  const sent = Promise.withResolvers<void>()
  const { port, serve } = await listenUnserved(t, servers['http']!(sent.resolve))
  const slow = await notReading(t, port)
  slow.get()
  await within(10_000, 'the answer', sent.promise)
  await assertDrainWaitsFor(slow, { adapter: serve(), port })
})

test('forceClose() counts an answer whose connection it closes itself', async (t) => {
  const sent = Promise.withResolvers<void>()
  const { adapter, port } = await drainable(t, servers['http']!(sent.resolve))
  const stuck = await notReading(t, port)
  stuck.get()
  await within(10_000, 'the answer', sent.promise)
  assert.match(adapter.forceClose()[0]?.label ?? '', /bytes not received$/)
})

const options = { shutdownDelayMs: 0, hooksTimeoutMs: 1_000 }

test('a process does not exit before a slow client has its last answer', async (t) => {
  const child = startChild(t, 'lifecycle/large-answer.ts', { args: [JSON.stringify(options), String(SIZE)] })
  const port = Number((await child.line(/^ready/)).split(' ')[1])
  const slow = await notReading(t, port)
  slow.get()
  await child.line(/^finished/)
  child.kill('SIGTERM')
  await eventually('the connection is closed', () => isUndelivered(port))
  assert.doesNotMatch(child.stdout, /hook ran/)
  slow.socket.resume()
  assert.equal((await slow.response()).body.length, SIZE)
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  assert.equal(child.report().clean, true)
})

test('a process says what a client had not got at the deadline', async (t) => {
  const args = [JSON.stringify({ ...options, drainTimeoutMs: 3_000 }), String(SIZE)]
  const child = startChild(t, 'lifecycle/large-answer.ts', { args })
  const port = Number((await child.line(/^ready/)).split(' ')[1])
  const stuck = await notReading(t, port)
  stuck.get()
  await child.line(/^finished/)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: 1, signal: null })
  const { forcedCloses } = child.report()
  assert.deepEqual(forcedCloses.byKind, { request: 1 })
  assert.match(forcedCloses.details[0]?.label ?? '', /bytes not received$/)
})
