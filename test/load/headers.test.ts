import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { Server } from 'node:net'
import { type TestContext, test } from 'node:test'
import { WebSocketServer } from 'ws'
import { headersOf } from '../../src/load/headers.ts'
import { podLaneNames } from '../../src/load/lanes/index.ts'
import { defaultLoad } from '../../src/load/load-options.ts'
import type { Target } from '../../src/load/sample.ts'
import { selfTest } from '../../src/load/self-test.ts'
import { eventually } from '../helpers/eventually.ts'
import { listen } from '../helpers/listen.ts'
import { startLane } from '../helpers/load.ts'

/** Servers for all lanes, and the headers that they get. */
async function collect(t: TestContext): Promise<{ target: Target; seen: IncomingHttpHeaders[] }> {
  const seen: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers)
    if (request.url === '/events')
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    else request.pipe(response)
  })
  new WebSocketServer({ server }).on('connection', (_, request) => seen.push(request.headers))
  const http2 = createHttp2Server((request, response) => {
    seen.push({ ...request.headers, host: request.authority })
    request.pipe(response)
  })
  const { port } = await listen(t, http2 as unknown as Server)
  return { target: { ...(await listen(t, server)), http2Port: port }, seen }
}

for (const lane of podLaneNames) {
  test(`the lane ${lane} sends the header fields of the load and its own with every request`, async (t) => {
    const { target, seen } = await collect(t)
    startLane(t, lane, () => target, {
      headers: { host: 'shop.example', authorization: 'Bearer a', 'x-team': 'all' },
      laneHeaders: { [lane]: { 'x-team': lane }, another: { 'x-team': 'another' } },
    })
    await eventually('two requests', () => seen.length >= 2)
    for (const { host, authorization, 'x-team': team } of seen)
      assert.deepEqual([host, authorization, team], ['shop.example', 'Bearer a', lane])
  })

  test(`selfTest sends the header fields of the load in the lane ${lane}`, async (t) => {
    const { target, seen } = await collect(t)
    const headers = { host: 'shop.example', 'x-team': 'a' }
    void selfTest({ ...defaultLoad, lanes: [lane], ratePerSecond: 1, headers, slowMs: 0 }, target)
    await eventually('a request', () => seen.length > 0)
    assert.deepEqual([seen[0]!.host, seen[0]!['x-team']], ['shop.example', 'a'])
  })
}

test('headersOf lets the fields of a lane win', () => {
  const headers = { host: 'a', 'x-b': '1' }
  const laneHeaders = { slow: { host: 'c' } }
  assert.deepEqual(headersOf({ headers, laneHeaders }, 'slow'), { host: 'c', 'x-b': '1' })
  assert.deepEqual(headersOf({ headers, laneHeaders }, 'sse'), headers)
})
