import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { createServer as createNetServer, type Server } from 'node:net'
import { test } from 'node:test'
import { WebSocketServer } from 'ws'
import { noChanges } from '../../src/load/lane-changes.ts'
import { defaultLaneNames } from '../../src/load/lanes/index.ts'
import { defaultLoad } from '../../src/load/load-options.ts'
import { getOf } from '../../src/load/plain-request.ts'
import { refuseSelfTest, selfTest, type SelfTestResult } from '../../src/load/self-test.ts'
import { answer } from '../fixtures/answer.ts'
import { listen } from '../helpers/listen.ts'

const fine = { ...noChanges, problems: [] }
const problemsOf = async (...args: Parameters<typeof selfTest>): Promise<SelfTestResult['problems']> =>
  (await selfTest(...args)).problems
const options = { ...defaultLoad, lanes: defaultLaneNames, ratePerSecond: 100 }

test('selfTest finds nothing wrong with an application that keeps the contract', async (t) => {
  assert.deepEqual(await selfTest(options, await listen(t, createServer(answer))), fine)
})

test('selfTest names the option for each route that is not there, and the lanes that are left', async (t) => {
  const target = await listen(
    t,
    createServer((request, response) => response.writeHead(request.url === '/' ? 200 : 404).end()),
  )
  const { problems, ...changes } = await selfTest(options, target)
  assert.deepEqual(changes, noChanges)
  assert.deepEqual(
    problems.map((problem) => problem.unreachable),
    [false, false],
  )
  assert.match(
    problems[0]!.sentence,
    /^POST \/echo answered 404.*--echo-path.*leave all such lanes out with --lanes new-connections$/,
  )
  assert.match(
    problems[1]!.sentence,
    /^GET \/slow\?ms=1000 answered 404.*--slow-path.*leave all such lanes out with --lanes new-connections$/,
  )
})

test('selfTest points to --path when POST answers something of its own', async (t) => {
  const target = await listen(
    t,
    createServer((_, response) => response.end('{"ok":true}')),
  )
  assert.match(
    (await selfTest(options, target)).problems[0]!.sentence,
    /pass --path, --method and --body when/,
  )
  const request = { ...getOf('/echo'), method: 'POST', body: '{}' }
  const requests = { 'keep-alive': [request], 'think-time': [request] }
  assert.deepEqual(await problemsOf({ ...options, requests }, target), [])
})

test('selfTest tells a target that does not answer from one that answers wrongly', async (t) => {
  const server = createServer()
  const target = await listen(t, server)
  await new Promise((resolve) => server.close(resolve))
  const { problems } = await selfTest(options, target)
  assert.ok(problems.every((problem) => problem.unreachable && problem.sentence.includes('ECONNREFUSED')))
})

test('selfTest tries HTTP/2 on its own port, and says where it has to be when it is not', async (t) => {
  const http2Options = { ...options, lanes: ['http2'] } as const
  const server = createHttp2Server((request, response) => void request.pipe(response))
  const { port } = await listen(t, server as unknown as Server)
  const target = { host: '127.0.0.1', port: 1, http2Port: port }
  assert.deepEqual(await selfTest(http2Options, target), fine)
  const [problem] = await problemsOf(http2Options, await listen(t, createServer(answer)))
  assert.equal(problem!.unreachable, true)
  assert.match(problem!.sentence, /^POST \/echo over HTTP\/2 on port \d+ got no answer: .*H2_PORT/)
})

test('selfTest tries a WebSocket, and names its option when the route does not upgrade', async (t) => {
  const websocketOptions = { ...options, lanes: ['websocket'] } as const
  const server = createServer(answer)
  new WebSocketServer({ server }).on('connection', (socket) =>
    socket.on('message', (bytes: Buffer) => socket.send(bytes)),
  )
  assert.deepEqual(await selfTest(websocketOptions, await listen(t, server)), fine)
  const [problem] = await problemsOf(websocketOptions, await listen(t, createServer(answer)))
  assert.equal(problem!.unreachable, false)
  assert.match(
    problem!.sentence,
    /^GET \/ws answered 404 instead of opening a WebSocket; pass --websocket-path/,
  )
})

test('selfTest waits for the first event, and names the option when the route has none', async (t) => {
  const sseOptions = { ...options, lanes: ['sse'] } as const
  const events = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('id: 1\ndata: x\n\n')
  })
  assert.deepEqual(await selfTest(sseOptions, await listen(t, events)), fine)
  const [problem] = await problemsOf(sseOptions, await listen(t, createServer(answer)))
  assert.equal(problem!.unreachable, false)
  assert.match(problem!.sentence, /^GET \/events answered 404 instead of 200; pass --events-path/)
})

test('selfTest leaves out a slow lane and a stream that answer at once, and says what to do', async (t) => {
  const server = createServer((request, response) => {
    // A catch-all route: whatever is asked for, here it is.
    if (request.url !== '/stream?chunks=20') return response.end('hello\n')
    const hash = createHash('sha256').update('x\n').digest('hex')
    response.end(`x\nsha256 ${hash}\n`)
  })
  const target = await listen(t, server)
  const lanes = ['new-connections', 'slow', 'stream'] as const
  const { problems, leftOut } = await selfTest({ ...options, lanes }, target)
  assert.deepEqual(problems, [])
  assert.deepEqual(
    leftOut.map(({ lane }) => lane),
    ['slow', 'stream'],
  )
  assert.match(
    leftOut[0]!.reason,
    /^GET \/slow\?ms=1000 answered in \d+\.\d ms, wanted about 1000 ms; pass --slow-path with a GET route that takes a while/,
  )
  assert.match(leftOut[1]!.reason, /^GET \/stream\?chunks=20 answered in .*; pass --stream-path/)
})

test('selfTest wants half of the time that it asks for, and all of the time of a path that cannot say how long', async (t) => {
  let took = 0
  const server = createServer((_, response) => void setTimeout(() => response.end(), took))
  const target = await listen(t, server)
  for (const [takes, slowPath, slowMs, left] of [
    [120, '/slow?ms={ms}', 200, 0],
    [0, '/slow?ms={ms}', 200, 1],
    [520, '/slow?ms={ms}', 4_000, 0],
    [600, '/slow', 2_000, 1],
    [120, '/slow', 200, 0],
    [0, '/slow', 0, 0],
  ] as const) {
    took = takes
    const { leftOut } = await selfTest(
      { ...options, lanes: ['slow'], paths: { slow: slowPath }, slowMs },
      target,
    )
    assert.equal(leftOut.length, left, `${slowPath} took ${takes} ms of ${slowMs}`)
  }
})

test('refuseSelfTest refuses wrong answers once each, and a load of which no lane is left', () => {
  const slow = { ...noChanges, leftOut: [{ lane: 'slow', reason: 'too fast' }] }
  const lanes = ['slow', 'keep-alive'] as const
  refuseSelfTest({ ...options, lanes }, [], slow)
  refuseSelfTest({ ...options, lanes }, [], noChanges)
  assert.throws(() => refuseSelfTest({ ...options, lanes: ['slow'] }, [], slow), {
    code: 'LASTCALL_SELF_TEST',
    problems: ['too fast'],
  })
  assert.throws(() => refuseSelfTest({ ...options, lanes }, ['a', 'b', 'a'], slow), {
    problems: ['a', 'b'],
  })
})

for (const [what, answerWith] of [
  ['speaks another protocol', 'not HTTP at all\r\n'],
  ['closes the connection', ''],
] as const) {
  test(`selfTest asks whether it is HTTP/1.1 when the server ${what}`, async (t) => {
    const target = await listen(
      t,
      createNetServer((socket) =>
        socket.on('error', () => undefined).once('data', () => socket.end(answerWith)),
      ),
    )
    const [problem] = await problemsOf({ ...options, lanes: ['new-connections'] }, target)
    assert.match(
      problem!.sentence,
      /^GET \/ got no answer: (HPE_|ECONNRESET).*; does the port speak something else/,
    )
  })
}

test('selfTest says of a broken answer what broke', async (t) => {
  const target = await listen(
    t,
    createServer((_, response) => {
      response.writeHead(200, { 'content-length': 20 }).write('ab', () => response.destroy())
    }),
  )
  const [problem] = await problemsOf({ ...options, lanes: ['new-connections'] }, target)
  assert.match(problem!.sentence, /^GET \/ got a broken answer: ECONNRESET aborted; /)
})

test('selfTest names the option of a route that takes the connection and does not answer', async (t) => {
  const server = createServer(answer).on('upgrade', () => undefined)
  const lanes = ['new-connections', 'websocket']
  const [problem] = await problemsOf({ ...options, lanes, timeoutMs: 300 }, await listen(t, server))
  assert.match(
    problem!.sentence,
    /^GET \/ws got no answer: CLIENT_TIMEOUT.*--websocket-path.*--lanes new-connections$/,
  )
})

test('selfTest quotes an answer without the header fields that it repeats', async (t) => {
  const server = createServer((request, response) => {
    response.writeHead(401).end(`who is ${request.headers.authorization}?`)
  })
  const headers = { ...options.headers, authorization: 'Bearer s3cret-token' }
  const [problem] = await problemsOf(
    { ...options, headers, lanes: ['new-connections'] },
    await listen(t, server),
  )
  assert.match(problem!.sentence, /^GET \/ answered 401: who is …\?/)
})
