import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, get, type ServerResponse } from 'node:http'
import { test } from 'node:test'
import { selfTest } from '../../../../src/load/self-test.ts'
import { defaultLoad } from '../../../../src/load/load-options.ts'
import { noChanges } from '../../../../src/load/lane-changes.ts'
import { explainFailure } from '../../../../src/report/failure-sentence.ts'
import { answer } from '../../../fixtures/answer.ts'
import { eventually } from '../../../helpers/eventually.ts'
import { listen } from '../../../helpers/listen.ts'
import { documentOf, startLane, untilLoad } from '../../../helpers/load.ts'

const LANE = 'slow-reader'
const text = Buffer.alloc(400_000, 'a line of text\n')
const sign = (body: Buffer): Buffer =>
  Buffer.concat([body, Buffer.from(`sha256 ${createHash('sha256').update(body).digest('hex')}\n`)])
const whole = sign(text)
const countTimers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
const head = { 'content-length': whole.length }

test('the lane slow-reader reads whole answers, each on a connection of its own', async (t) => {
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.headers.connection)
    answer(request, response)
  })
  let connections = 0
  server.on('connection', () => connections++)
  const target = await listen(t, server)
  const timers = countTimers()
  const load = startLane(t, LANE, () => target)
  await untilLoad(load, 'requests', 20)
  await load.stop()
  const { lanes, failures } = documentOf(load)
  assert.deepEqual([failures, lanes[0]!.failed], [[], 0])
  assert.equal(connections, lanes[0]!.requests)
  assert.deepEqual([...new Set(asked)], ['close'])
  assert.ok(countTimers() - timers < 18, `${countTimers() - timers} timers were left behind`)
})

test('its clients begin one after the other, and ask for what is read in twice the time of the slow route', async (t) => {
  const server = createServer((_, response) => response.writeHead(500).end())
  const target = await listen(t, server)
  const load = startLane(t, LANE, () => target, { slowMs: 3_600 })
  await untilLoad(load, 'failed', 3)
  const { failures } = documentOf(load)
  const due = failures.map(({ scheduledAt }) => Math.round(scheduledAt.monotonicMs))
  // 18 clients within 7.2 seconds.
  assert.deepEqual([due[1]! - due[0]!, due[2]! - due[1]!], [400, 400])
  assert.deepEqual([...new Set(failures.map(({ path }) => path))], ['/large?mb=8'])
})

test('what its clients have not read yet waits at the server', async (t) => {
  const megabytes = sign(Buffer.alloc(32_000_000, 'a line of text\n'))
  const slow: ServerResponse[] = []
  const server = createServer(({ url }, response) => {
    if (url !== '/fast') slow.push(response)
    response.end(megabytes)
  })
  const target = await listen(t, server)
  startLane(t, LANE, () => target)
  await eventually('an answer that is under way', () => slow.length > 0)
  // Others that read as fast as they can are through three times meanwhile.
  for (const _ of Array.from({ length: 3 })) {
    const [response] = (await once(get({ ...target, path: '/fast' }), 'response')) as [NodeJS.ReadableStream]
    await once(response.resume(), 'end')
  }
  assert.equal(slow[0]!.writableFinished, false)
  assert.ok(slow[0]!.socket!.writableLength > 0, 'the kernels took all of it')
})

for (const [how, code, stage, sentence, respond] of [
  [
    'is cut in the middle',
    'ECONNRESET',
    'body',
    /^the large answer broke off after [1-9]\d* bytes, with the rest still to be read at 1 MB\/s$/,
    (response: ServerResponse) =>
      response.writeHead(200, head).write(whole.subarray(0, 200_000), () => response.destroy()),
  ],
  [
    'ends within its last line',
    'ECONNRESET',
    'body',
    /^the large answer broke off after 400071 bytes, /,
    (response: ServerResponse) =>
      response.writeHead(200, head).write(whole.subarray(0, -1), () => response.socket?.end()),
  ],
  [
    'has no length and ends within its last line',
    'WRONG_HASH',
    'body',
    /^the large answer ended and is not complete: 400071 bytes without a last line 'sha256 <hex>'$/,
    (response: ServerResponse) => response.writeHead(200).end(whole.subarray(0, -1)),
  ],
  [
    'has another byte in it',
    'WRONG_HASH',
    'body',
    /^the large answer ended and is not complete: 400072 bytes with the SHA-256 [0-9a-f]{12}…, their last line says/,
    (response: ServerResponse) => response.writeHead(200, head).end(Buffer.from(whole).fill('b', 5, 6)),
  ],
  [
    'falls silent',
    'ANSWER_SILENT',
    'body',
    /^the large answer fell silent after 9000 bytes: no byte for 1000 ms$/,
    (response: ServerResponse) => response.writeHead(200, head).write(whole.subarray(0, 9_000)),
  ],
  [
    'never begins',
    'CLIENT_TIMEOUT',
    'wait',
    /^no answer began in time: no complete answer within 500 ms$/,
    () => undefined,
  ],
  [
    'is an error',
    'HTTP_503',
    'body',
    /^the application answered 503: a line of text/,
    (response: ServerResponse) => response.writeHead(503, head).end(whole),
  ],
] as const) {
  test(`the lane slow-reader fails an answer that ${how}`, async (t) => {
    const target = await listen(
      t,
      createServer((_, response) => void respond(response)),
    )
    const limits = { ANSWER_SILENT: { timeoutMs: 1_000, slowMs: 2_000 }, CLIENT_TIMEOUT: { timeoutMs: 300 } }
    const load = startLane(t, LANE, () => target, code in limits ? limits[code as keyof typeof limits] : {})
    await untilLoad(load, 'failed', 2)
    await load.stop()
    const { failed, requests, failures } = documentOf(load)
    assert.equal(failed, requests)
    const [failure] = failures
    assert.deepEqual([failure!.error?.code, failure!.error?.stage], [code, stage])
    assert.match(explainFailure(failure!), sentence)
  })
}

test('the lane slow-reader fails where nobody listens', async (t) => {
  const server = createServer()
  const target = await listen(t, server)
  server.close()
  const load = startLane(t, LANE, () => target)
  await untilLoad(load, 'failed', 1)
  const [failure] = documentOf(load).failures
  assert.deepEqual([failure!.error?.code, failure!.error?.stage], ['ECONNREFUSED', 'connect'])
  assert.match(explainFailure(failure!), /^no server listened on that port/)
})

const options = {
  ...defaultLoad,
  lanes: ['new-connections', LANE],
  ratePerSecond: 1,
}

test('the self-test of slow-reader asks for as much as the lane, and accepts a whole answer', async (t) => {
  const paths: (string | undefined)[] = []
  const server = createServer((request, response) => {
    paths.push(request.url)
    answer(request, response)
  })
  assert.deepEqual(await selfTest(options, await listen(t, server)), {
    ...noChanges,
    problems: [],
  })
  assert.deepEqual(new Set(paths), new Set(['/', '/large?mb=8']))
})

const remedy =
  'pass --large-path with a GET route that answers {megabytes} megabytes (read at 1 MB/s), the last line being ' +
  'the SHA-256 of the rest'

test('the self-test of slow-reader leaves out a route whose answer is too small, and says what to do', async (t) => {
  const small = sign(Buffer.alloc(3_999_000))
  const target = await listen(
    t,
    createServer((_, response) => response.end(small)),
  )
  const { leftOut, problems } = await selfTest(options, target)
  assert.deepEqual([problems, leftOut.map(({ lane }) => lane)], [[], [LANE]])
  const [took, ...rest] = leftOut[0]!.reason.split('; ')
  assert.equal(took, 'GET /large?mb=8 has 3999072 bytes, which are read in 3999.1 ms, wanted about 8000 ms')
  assert.deepEqual(rest, [remedy])
})

for (const [what, respond, says] of [
  ['is missing', (response: ServerResponse) => response.writeHead(404).end(), 'answered 404: (empty body)'],
  [
    'has no hash',
    (response: ServerResponse) => response.end(text),
    "400000 bytes without a last line 'sha256 <hex>'",
  ],
] as const) {
  test(`the self-test of slow-reader says so when the route ${what}`, async (t) => {
    const server = createServer(
      ({ url }, response) => void (url === '/' ? response.end() : respond(response)),
    )
    const { problems } = await selfTest(options, await listen(t, server))
    assert.deepEqual(problems, [
      {
        unreachable: false,
        sentence: `GET /large?mb=8 ${says}; ${remedy}, or leave the lane out with --lanes new-connections`,
      },
    ])
  })
}
