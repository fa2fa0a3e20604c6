import assert from 'node:assert/strict'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import { within } from '../../../helpers/eventually.ts'
import { type Drained, Gate, startDrained } from '../setup.ts'

for (const when of ['at once', 'later'] as const) {
  test(`announceClose() answers all 3 pipelined requests of one packet when they are answered ${when} (trap 14)`, async (t) => {
    const { adapter, client } = await startDrained(t, (request, response) => {
      const answer = (): void => void response.end(request.url)
      if (when === 'later') setImmediate(answer)
      else answer()
    })
    adapter.announceClose()
    const one = await client()
    one.send(['/1', '/2', '/3'].map((path) => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`).join(''))
    assert.equal(await one.ended(), 'end')
    const responses = one.responses()
    assert.deepEqual(
      responses.map((response) => response.body),
      ['/1', '/2', '/3'],
    )
    assert.deepEqual(
      responses.map((response) => response.headers['connection']),
      ['keep-alive', 'keep-alive', 'close'],
    )
  })
}

test('drain() finishes pipelined requests that were in flight before it', async (t) => {
  const gate = new Gate()
  const { adapter, client } = await startDrained(t, async (request, response) => {
    await gate.pass()
    response.end(request.url)
  })
  const one = await client()
  one.send(['/1', '/2', '/3'].map((path) => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`).join(''))
  await gate.entered
  const drained = adapter.drain()
  gate.open()
  await within(2_000, 'drain', drained)
  assert.equal(await one.ended(), 'end')
  assert.deepEqual(
    one.responses().map((response) => response.body),
    ['/1', '/2', '/3'],
  )
})

/** Answers at once, but `/slow` when the gate is open. `quick` resolves when `/2` is answered. */
async function startWithSlow(
  t: TestContext,
): Promise<Drained<Server> & { readonly gate: Gate; readonly quick: PromiseWithResolvers<void> }> {
  const gate = new Gate()
  const quick = Promise.withResolvers<void>()
  const drained = await startDrained(t, async (request, response) => {
    if (request.url === '/slow') await gate.pass()
    response.end(request.url)
    if (request.url === '/2') quick.resolve()
  })
  return { gate, quick, ...drained }
}

for (const began of ['before', 'after'] as const) {
  test(`a response behind a slow one, begun ${began} announceClose(), does not say close: more may come`, async (t) => {
    const { gate, quick, adapter, client } = await startWithSlow(t)
    const one = await client()
    if (began === 'after') adapter.announceClose()
    one.get('/slow')
    await gate.entered
    if (began === 'before') adapter.announceClose()
    one.get('/2')
    await quick.promise
    one.get('/3')
    const drained = adapter.drain()
    gate.open()
    await within(2_000, 'drain', drained)
    assert.equal(await one.ended(), 'end')
    assert.deepEqual(
      one.responses().map(({ body, headers }) => [body, headers['connection']]),
      [
        ['/slow', 'keep-alive'],
        ['/2', 'keep-alive'],
        ['/3', 'close'],
      ],
    )
  })
}

test('a client that was not told, since its last response waited for a slow one, does not hold the drain', async (t) => {
  const { gate, quick, adapter, client } = await startWithSlow(t)
  adapter.announceClose()
  const one = await client()
  one.get('/slow')
  one.get('/2')
  await quick.promise
  const drained = adapter.drain()
  gate.open()
  await within(4_000, 'drain', drained)
  assert.deepEqual(
    one.responses().map(({ body, headers }) => [body, headers['connection']]),
    [
      ['/slow', 'keep-alive'],
      ['/2', 'keep-alive'],
    ],
  )
})

test('a request behind a response that said close is not handed to the application', async (t) => {
  const seen: string[] = []
  const { adapter, client } = await startDrained(t, (request, response) => {
    seen.push(request.url ?? '')
    response.end('ok')
  })
  adapter.announceClose()
  const one = await client({ allowHalfOpen: true })
  one.get('/1')
  assert.equal((await one.response()).headers['connection'], 'close')
  one.get('/2')
  await within(3_000, 'drain', adapter.drain())
  assert.deepEqual(seen, ['/1'])
})

for (const [event, expectation] of [
  ['checkContinue', '100-continue'],
  ['checkExpectation', 'something-else'],
] as const) {
  test(`announceClose() answers all pipelined requests of one packet that ${event} hands on`, async (t) => {
    const { adapter, client, server } = await startDrained(t, () => assert.fail(`${event} handles it`))
    server.on(event, (request: IncomingMessage, response: ServerResponse) => {
      if (event === 'checkContinue') response.writeContinue()
      response.end(request.url)
    })
    adapter.announceClose()
    const one = await client()
    const headers = `Host: test\r\nExpect: ${expectation}\r\nContent-Length: 0\r\n\r\n`
    one.send(['/1', '/2', '/3'].map((path) => `POST ${path} HTTP/1.1\r\n${headers}`).join(''))
    assert.equal(await one.ended(), 'end')
    assert.deepEqual(
      one.responses().map(({ body, headers: { connection } }) => [body, connection === 'close']),
      [
        ['/1', false],
        ['/2', false],
        ['/3', true],
      ],
    )
  })
}
