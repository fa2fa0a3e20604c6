import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { eventually, within } from '../../../helpers/eventually.ts'
import { RawClient } from '../../../helpers/raw-http.ts'
import { Gate, startDrained } from '../setup.ts'

/** What an application does to a response before its body. */
interface Head {
  readonly set: readonly (readonly [string, string | string[]])[]
  readonly remove: readonly string[]
  readonly args: readonly unknown[]
}

const name = fc.constantFrom(
  'X-One',
  'x-two',
  'X-TWO',
  'Set-Cookie',
  'Vary',
  'Connection',
  'connection',
  'Keep-Alive',
)
const value = fc.constantFrom('1', 'two', 'close', 'keep-alive', 'timeout=5')
const values = fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 2 }))
const pairs = fc.array(fc.tuple(name, values), { maxLength: 4 })

const headers: fc.Arbitrary<unknown> = fc.oneof(
  pairs.map((entries) => Object.fromEntries(entries)),
  pairs.map((entries) => Object.assign(Object.create(null) as object, Object.fromEntries(entries))),
  pairs.map((entries) => entries.flat()),
  pairs,
  pairs.map((entries) => new Map(entries)),
  fc.constantFrom(new Headers({ 'x-one': '1' }), undefined, null, ['odd'], [['Bad Name', '1']], {
    'Bad Name': '1',
  }),
)
const status = fc.constantFrom<unknown>(200, 201, 204, 304, 404, '202', 99, 1_000, 'none')
const args: fc.Arbitrary<readonly unknown[]> = fc.oneof(
  fc.tuple(status),
  fc.tuple(status, headers),
  fc.tuple(status, fc.constantFrom('Fine', '', undefined, null, 'Bad\nreason'), headers),
)
const head: fc.Arbitrary<Head> = fc.record({
  set: fc.array(fc.tuple(name, values), { maxLength: 2 }),
  remove: fc.array(name, { maxLength: 1 }),
  args,
})

let next: Head

/** `writeHead` adds to the lists that it is given. */
function copy(given: unknown): unknown {
  return Array.isArray(given) ? given.map(copy) : given
}

/** Errors go over the wire as well. */
function answer(response: ServerResponse): void {
  response.sendDate = false
  for (const [key, text] of next.set) response.setHeader(key, copy(text) as string)
  for (const key of next.remove) response.removeHeader(key)
  try {
    Reflect.apply(response.writeHead, response, next.args.map(copy))
    response.end('ok')
  } catch (error) {
    assert.match((error as NodeJS.ErrnoException).code ?? '', /^ERR_/)
    response.socket?.end('HTTP/1.1 500 refused\r\n\r\n')
  }
}

async function ask(port: number): Promise<string> {
  const client = await RawClient.connect(port)
  client.get()
  const isWhole = (): boolean =>
    /\r\n\r\n(ok|2\r\nok\r\n0\r\n\r\n)?$/.test(client.received) || client.ending !== 'open'
  await within(2_000, `an answer to ${JSON.stringify(next)}`, client.until(isWhole))
  client.close()
  return client.received
}

async function startBare(t: TestContext): Promise<number> {
  const server = createServer((_, response) => answer(response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}

const withoutHops = (text: string): string => text.replaceAll(/^(connection|keep-alive): .*\r\n/gim, '')

test('a head says what bare Node says in every form of writeHead, and close', async (t) => {
  const bare = await startBare(t)
  const { adapter, port } = await startDrained(t, (_, response) => answer(response))
  adapter.announceClose()
  await fc.assert(
    fc.asyncProperty(head, async (generated) => {
      next = generated
      const [theirs, ours] = [await ask(bare), await ask(port)]
      assert.equal(withoutHops(ours), withoutHops(theirs))
      if (ours.startsWith('HTTP/1.1 500')) return
      assert.deepEqual(ours.match(/^connection: .*$/gim), ['Connection: close'])
      assert.doesNotMatch(ours, /^keep-alive:/im)
    }),
    { numRuns: 500, endOnFailure: true },
  )
})

test('a list of pairs is taken as Node takes it', async (t) => {
  const { adapter, client } = await startDrained(t, (_, response) =>
    response
      .writeHead(200, [
        ['Content-Length', '2'],
        ['Connection', 'keep-alive'],
      ] as never)
      .end('ok'),
  )
  adapter.announceClose()
  const one = await client()
  one.get()
  const response = await one.response()
  assert.deepEqual([response.status, response.body, response.headers['connection']], [200, 'ok', 'close'])
})

test('headers of a response in flight reach a writeHead that a middleware has put there before the announcement', async (t) => {
  const gate = new Gate()
  const { adapter, client } = await startDrained(t, async (request, response) => {
    const writeHead = response.writeHead
    // As the package on-headers does, which compression and express-session use: without a reason the headers
    // are the second argument.
    response.writeHead = function setHeaders(this: ServerResponse, ...given: unknown[]): ServerResponse {
      const at = typeof given[1] === 'string' ? 2 : 1
      for (const [key, text] of Object.entries(given[at] ?? {})) this.setHeader(key, text as string)
      return Reflect.apply(writeHead, this, given.slice(0, at))
    } as ServerResponse['writeHead']
    await gate.pass()
    const fields = { 'Content-Type': 'text/css', 'Content-Length': 2 }
    if (request.url === '/reason') response.writeHead(200, 'Fine', fields)
    else response.writeHead(200, fields)
    response.end('ok')
  })
  const [plain, reason] = [await client(), await client()]
  plain.get()
  reason.get('/reason')
  await eventually('both requests', () => adapter.snapshot().inFlight.request === 2)
  adapter.announceClose()
  gate.open()
  for (const one of [plain, reason]) {
    const { headers } = await one.response()
    assert.deepEqual(
      [headers['content-type'], headers['content-length'], headers['connection']],
      ['text/css', '2', 'close'],
    )
  }
})
