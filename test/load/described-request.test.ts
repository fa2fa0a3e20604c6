import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { Server } from 'node:net'
import { type TestContext, test } from 'node:test'
import { lanes } from '../../src/load/lanes/index.ts'
import { defaultLoad } from '../../src/load/load-options.ts'
import {
  bodyOf,
  describeStatuses,
  getOf,
  isExpected,
  type PlainRequest,
} from '../../src/load/plain-request.ts'
import type { Target } from '../../src/load/sample.ts'
import { selfTest } from '../../src/load/self-test.ts'
import { listen } from '../helpers/listen.ts'
import { documentOf, startLane, untilLoad } from '../helpers/load.ts'

const described = lanes.filter((lane) => lane.described).map(({ name }) => name)

/** A server of both protocols that answers with a status, and what it was asked. */
async function answering(t: TestContext, status: number): Promise<{ target: Target; asked: Set<string> }> {
  const asked = new Set<string>()
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const type = request.headers['content-type'] ?? 'none'
    asked.add(`${request.method} ${request.url} ${type} ${body}`)
    response.writeHead(status).end(status === 204 ? undefined : 'hello')
  }
  const server = createServer((request, response) => void take(request, response))
  const http2 = createHttp2Server((request, response) => {
    void take(request as unknown as IncomingMessage, response as unknown as ServerResponse)
  })
  const { port } = await listen(t, http2 as unknown as Server)
  return { target: { ...(await listen(t, server)), http2Port: port }, asked }
}

const requests: readonly (readonly [PlainRequest, status: number, asked: string])[] = [
  [getOf('/items?page=2'), 200, 'GET /items?page=2 none '],
  [{ ...getOf('/items'), method: 'HEAD' }, 200, 'HEAD /items none '],
  [{ ...getOf('/items'), method: 'DELETE' }, 204, 'DELETE /items none '],
  [{ ...getOf('/items'), method: 'PUT', body: 'é' }, 200, 'PUT /items application/json é'],
  [{ ...getOf('/items'), method: 'POST', body: '' }, 200, 'POST /items application/json '],
  [{ ...getOf('/none'), expectStatus: [[404, 404]] }, 404, 'GET /none none '],
]

test('four lanes send a request that the user describes', () => {
  assert.deepEqual(described, ['new-connections', 'keep-alive', 'think-time', 'http2'])
})

for (const lane of described) {
  for (const [request, status, wanted] of requests) {
    test(`the lane ${lane} sends ${request.method} ${request.path} and takes ${status}`, async (t) => {
      const { target, asked } = await answering(t, status)
      const options = { requests: { [lane]: [request] } }
      const load = startLane(t, lane, () => target, options)
      await untilLoad(load, 'requests', 5)
      await load.stop()
      assert.deepEqual([documentOf(load).failures, [...asked]], [[], [wanted]])
    })
  }

  test(`the lane ${lane} fails an answer with another status than is expected`, async (t) => {
    const { target } = await answering(t, 200)
    const request = {
      ...getOf('/'),
      expectStatus: [
        [404, 404],
        [300, 399],
      ],
    } as const
    const load = startLane(t, lane, () => target, { requests: { [lane]: [request] } })
    await untilLoad(load, 'failed', 2)
    const { code, message } = documentOf(load).failures[0]!.error!
    assert.deepEqual([code, message], ['HTTP_200', 'answered 200, wanted 404, 3xx: hello'])
  })

  test(`the lane ${lane} sends the type of its body that the headers name`, async (t) => {
    const { target, asked } = await answering(t, 200)
    const requestsOf = { [lane]: [{ ...getOf('/'), method: 'POST', body: 'a=b' }] }
    const type = 'application/x-www-form-urlencoded'
    const load = startLane(t, lane, () => target, {
      requests: requestsOf,
      headers: { host: 'localhost', 'content-type': type },
    })
    await untilLoad(load, 'requests', 3)
    await load.stop()
    assert.deepEqual([...asked], [`POST / ${type} a=b`])
  })
}

test('selfTest tries a described request once for all its lanes, and says how to change it', async (t) => {
  const { target, asked } = await answering(t, 415)
  const request = { ...getOf('/orders'), method: 'POST', body: '{}' }
  const names = described.filter((name) => name !== 'http2')
  const { problems } = await selfTest(
    {
      ...defaultLoad,
      lanes: names,
      ratePerSecond: 1,
      requests: Object.fromEntries(names.map((name) => [name, [request]])),
    },
    target,
  )
  assert.deepEqual([...asked], ['POST /orders application/json {}'])
  assert.deepEqual(
    problems.map(({ sentence }) => sentence),
    [
      'POST /orders answered 415: hello; name a request that your application takes with ' +
        '--path, --method, --body and --header, or the statuses that it may answer with --expect-status',
    ],
  )
})

test('selfTest tries lanes apart whose requests or headers differ', async (t) => {
  const { target, asked } = await answering(t, 200)
  const requestsOf = {
    'new-connections': [getOf('/a')],
    'keep-alive': [getOf('/b')],
    'think-time': [getOf('/a')],
  }
  const load = { ...defaultLoad, lanes: Object.keys(requestsOf), ratePerSecond: 1, requests: requestsOf }
  assert.deepEqual((await selfTest(load, target)).problems, [])
  assert.deepEqual([...asked].toSorted(), ['GET /a none ', 'GET /b none '])
})

test('isExpected knows both ends of a range, and describeStatuses says classes and statuses', () => {
  const ranges = [
    [200, 299],
    [404, 404],
  ] as const
  const statuses = [199, 200, 299, 300, 403, 404, 405]
  assert.deepEqual(
    statuses.filter((status) => isExpected(status, ranges)),
    [200, 299, 404],
  )
  assert.equal(describeStatuses(ranges), '2xx, 404')
})

test('bodyOf puts the id into the body that has to come back, and into no other', () => {
  assert.equal(bodyOf({ ...getOf('/'), checkEcho: true }, 'a'), '{"id":"a"}')
  assert.equal(bodyOf({ ...getOf('/'), body: 'x' }, 'a'), 'x')
  assert.equal(bodyOf(getOf('/'), 'a'), undefined)
})
