import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createServer as createHttp2Server, type Http2ServerRequest } from 'node:http2'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { resolve } from 'node:path'
import { type TestContext, test } from 'node:test'
import { main } from '../../../src/cli/main.ts'
import type { LoadDocument } from '../../../src/load/load-document.ts'
import type { OpenApiFacts } from '../../../src/load/openapi-facts.ts'
import type { judgeLoad } from '../../../src/rollout/load-verdict.ts'
import { answerShop } from '../../fixtures/openapi/shop.ts'
import { captureIo } from '../../helpers/captured-io.ts'
import { listen } from '../../helpers/listen.ts'
import { assertNothingAgainst } from '../../helpers/quiet-machine.ts'

const document = resolve('test/fixtures/openapi/shop.yaml')

type Written = LoadDocument & { verdict: ReturnType<typeof judgeLoad>; openapi: OpenApiFacts }
type Answer = (request: IncomingMessage, response: ServerResponse) => void

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
  readonly asked: ReadonlySet<string>
  /** What `--json -` printed. */
  json(): Written
}

/** Sends load to a server of both protocols. */
async function load(t: TestContext, answer: Answer, ...flags: string[]): Promise<Ran> {
  const asked = new Set<string>()
  const take: Answer = (request, response) => {
    asked.add(`${request.method} ${request.url}`)
    answer(request, response)
  }
  const { port } = await listen(t, createServer(take))
  const http2 = createHttp2Server((request: Http2ServerRequest, response) =>
    take(request as unknown as IncomingMessage, response as unknown as ServerResponse),
  )
  const h2 = await listen(t, http2 as unknown as Server)
  const io = captureIo()
  const place = ['--url', `http://127.0.0.1:${port}`, '--http2-port', String(h2.port)]
  const short = ['--duration', '500ms', '--progress', '0', '--rate', '200']
  const code = await main(['load', ...place, ...short, ...flags], io)
  return { code, out: io.out(), err: io.err(), asked, json: () => JSON.parse(io.out()) as Written }
}

const sent = [
  'GET /v1/orders?status=open',
  'GET /v1/orders/a%2Fb%207',
  'HEAD /v1/orders/a%2Fb%207',
  'GET /v1/tenants',
]

test('load --openapi sends the safe operations in turn, and names what it does not send', async (t) => {
  const lanes = ['--lanes', 'new-connections,keep-alive,think-time,http2']
  const { code, err, asked, json } = await load(t, answerShop, '--openapi', document, ...lanes, '--json', '-')
  const { verdict, failures, openapi, leftOutOperations } = json()
  assert.deepEqual(failures, [])
  assertNothingAgainst(code, verdict)
  assert.deepEqual(asked, new Set([...sent, 'GET /v1/retired']))
  assert.deepEqual(
    openapi.sent.map(({ operation }) => operation),
    ['GET /orders', 'GET /orders/{id}', 'HEAD /orders/{id}', 'GET /tenants'],
  )
  assert.deepEqual(
    openapi.notSent.map(({ operation, unsafe }) => [operation, unsafe]),
    [
      ['POST /orders', true],
      ['DELETE /orders/{id}', true],
      ['GET /orders/{id}/invoice', false],
      ['GET /me', false],
    ],
  )
  assert.equal(
    err,
    [
      `${document}: 5 of 9 operations are sent, in turn; not sent:`,
      "  GET /orders/{id}/invoice: the path parameter 'id' has no example; give it one",
      "  GET /me: it needs the security scheme 'token'; pass --header 'Authorization: …'",
      '  POST /orders: it is not GET or HEAD',
      '  DELETE /orders/{id}: it is not GET or HEAD',
      '',
    ].join('\n'),
  )
  const reason =
    'GET /v1/retired answered 404, wanted 200: hello; correct its example or its responses in the document'
  assert.deepEqual(leftOutOperations, [{ operation: 'GET /retired', reason }])
  assert.deepEqual(verdict.notes, [`the operation GET /retired was left out: ${reason}`])
})

test('load --openapi sends what needs security with the header that the user gives', async (t) => {
  const flags = ['--openapi', document, '--header', 'authorization: Bearer x', '--lanes', 'keep-alive']
  const { asked, err } = await load(t, answerShop, ...flags)
  assert.ok(asked.has('GET /v1/me'))
  assert.doesNotMatch(err, /GET \/me/)
})

test('load --openapi says which operations failed, in the report and in each sample', async (t) => {
  let orders = 0
  const failing: Answer = (request, response) => {
    const fails = request.url?.startsWith('/v1/orders?') === true && ++orders > 3
    if (fails) response.writeHead(500).end('no')
    else answerShop(request, response)
  }
  const flags = ['--openapi', document, '--lanes', 'new-connections,keep-alive']
  const { code, out } = await load(t, failing, ...flags)
  assert.equal(code, 1)
  assert.match(out, /^ {2}Operations: \d+ of GET \/orders$/m)
  assert.match(out, /^ {4}GET \/v1\/orders\?status=open [\w-]+; HTTP_500 /m)
  orders = 0
  const { failures } = (await load(t, failing, ...flags, '--json', '-')).json()
  for (const { method, path, operation } of failures) {
    assert.deepEqual([method, path, operation], ['GET', '/v1/orders?status=open', 'GET /orders'])
  }
})

test('load --openapi names the operations that a short load does not come to', async (t) => {
  const flags = ['--openapi', document, '--lanes', 'new-connections', '--duration', '1ms', '--rate', '1']
  const { verdict, openapi, operations } = (await load(t, answerShop, ...flags, '--json', '-')).json()
  const { planned = 0, unsent = [] } = operations ?? {}
  assert.deepEqual([planned, openapi.sent.length + unsent.length], [4, 4])
  assert.ok(unsent.length > 0)
  assert.ok(openapi.sent.every(({ operation }) => !unsent.includes(operation)))
  const [note = ''] = verdict.notes.slice(-1)
  assert.ok(note.startsWith(`${unsent.length} of 4 operations `), note)
})

test('load --openapi is refused when no operation answers as documented', async (t) => {
  const gone: Answer = (_, response) => void response.writeHead(410).end('gone')
  const { code, err } = await load(t, gone, '--openapi', document, '--lanes', 'new-connections')
  assert.equal(code, 2)
  assert.match(err, /no operation of the OpenAPI document answered as documented/)
  assert.match(err, /HEAD \/v1\/orders\/a%2Fb%207 answered 410, wanted 204/)
})

test('load --openapi leaves no operation out when HTTP/2 is missing, and says so', async (t) => {
  const { port } = await listen(t, createServer(answerShop))
  const io = captureIo()
  const flags = ['--http2-port', '1', '--lanes', 'new-connections,http2', '--start-timeout', '0']
  assert.equal(
    await main(['load', '--url', `http://127.0.0.1:${port}`, '--openapi', document, ...flags], io),
    2,
  )
  assert.match(
    io.err(),
    /over HTTP\/2 on port 1 got no answer: ECONNREFUSED.*--http2-port.*--lanes new-connections/,
  )
  assert.doesNotMatch(io.err(), /no operation/)
})

test('load --openapi takes the path of --url instead of that of the servers', async (t) => {
  const asked = new Set<string>()
  const { port } = await listen(
    t,
    createServer((request, response) => {
      asked.add(request.url ?? '')
      response.writeHead(request.method === 'HEAD' ? 204 : 200).end()
    }),
  )
  const flags = ['--openapi', document, '--duration', '100ms', '--lanes', 'keep-alive']
  await main(['load', '--url', `http://127.0.0.1:${port}/api/`, ...flags], captureIo())
  assert.ok([...asked].every((url) => url.startsWith('/api/')))
  assert.ok(asked.has('/api/orders?status=open'))
})

test('load --openapi refuses a query in --url, which no operation would have', async () => {
  const io = captureIo()
  const flags = ['--openapi', document, '--duration', '1ms', '--start-timeout', '0']
  assert.equal(await main(['load', '--url', 'http://127.0.0.1:1/api?key=x', ...flags], io), 2)
  assert.match(io.err(), /: --url: its query is not sent with --openapi; leave it out\n$/)
})
