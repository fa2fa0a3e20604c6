import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import { noChanges } from '../../src/load/lane-changes.ts'
import { defaultLaneNames } from '../../src/load/lanes/index.ts'
import { defaultLoad } from '../../src/load/load-options.ts'
import { getOf } from '../../src/load/plain-request.ts'
import { selfTest } from '../../src/load/self-test.ts'
import { listen } from '../helpers/listen.ts'

/** A load of which nobody has named a lane. */
const options = { ...defaultLoad, lanes: defaultLaneNames, unasked: defaultLaneNames, ratePerSecond: 100 }

/** A server with `GET /` and one answer to everything else; it counts what it was asked. */
async function serveOnly(t: TestContext, other: (response: ServerResponse) => void) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    if (request.url === '/') response.end('hello')
    else other(response)
  })
  return { target: await listen(t, server), asked }
}

for (const status of [302, 401, 404, 405, 501]) {
  test(`selfTest lets POST fall back to GET and leaves the slow lane out when nobody named them and both answer ${status}`, async (t) => {
    const { target, asked } = await serveOnly(t, (response) => response.writeHead(status).end())
    const { problems, fellBack, leftOut } = await selfTest(options, target)
    assert.deepEqual(problems, [])
    const instead = getOf('/')
    const reason =
      `POST /echo answered ${status}: (empty body); ` +
      'pass --echo-path with a route that takes a POST of JSON and answers with its id'
    assert.deepEqual(fellBack, [
      { lane: 'keep-alive', reason, instead },
      { lane: 'think-time', reason, instead },
    ])
    assert.deepEqual(
      leftOut.map(({ lane }) => lane),
      ['slow'],
    )
    assert.match(
      leftOut[0]!.reason,
      new RegExp(`^GET /slow\\?ms=1000 answered ${status}: .*; pass --slow-path`),
    )
    assert.deepEqual(asked.toSorted(), ['GET /', 'GET /slow?ms=1000', 'POST /echo'])
  })
}

test('selfTest lets POST fall back when it answers without the id, and says which flag takes such an answer', async (t) => {
  const { target } = await serveOnly(t, (response) => response.end('ok'))
  const { problems, fellBack } = await selfTest(options, target)
  assert.deepEqual(problems, [])
  assert.deepEqual(
    fellBack.map(({ lane }) => lane),
    ['keep-alive', 'think-time'],
  )
  assert.match(fellBack[0]!.reason, /^POST \/echo sent id .*, got ok; pass --path, --method and --body when/)
})

test('selfTest takes no error of the server for a route that is missing', async (t) => {
  for (const status of [500, 503]) {
    const { target } = await serveOnly(t, (response) => response.writeHead(status).end())
    const { problems, ...changes } = await selfTest(options, target)
    assert.deepEqual(changes, noChanges)
    assert.deepEqual(
      problems.map(({ sentence }) => sentence.split(':')[0]),
      [`POST /echo answered ${status}`, `GET /slow?ms=1000 answered ${status}`],
    )
  }
})

test('selfTest changes no lane that was named', async (t) => {
  const { target } = await serveOnly(t, (response) => response.writeHead(404).end())
  const { problems, leftOut, fellBack } = await selfTest(
    { ...options, unasked: ['keep-alive', 'slow'] },
    target,
  )
  assert.match(
    problems.map(({ sentence }) => sentence).join(),
    /^POST \/echo answered 404[^,]*, or leave [^,]*,slow$/,
  )
  assert.deepEqual(
    [...fellBack, ...leftOut].map(({ lane }) => lane),
    ['keep-alive', 'slow'],
  )
})

test('selfTest refuses a server without GET, and nothing falls back to it', async (t) => {
  const target = await listen(
    t,
    createServer((_, response) => response.writeHead(404).end()),
  )
  const { problems, fellBack } = await selfTest(options, target)
  assert.deepEqual(
    problems.map(({ sentence }) => sentence),
    [
      'GET / answered 404: (empty body); name a request that your application takes with ' +
        '--path, --method, --body and --header, or the statuses that it may answer with --expect-status',
    ],
  )
  assert.deepEqual(fellBack, [])
})
