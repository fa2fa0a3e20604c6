import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import { test } from 'node:test'
import { answer } from '../../../fixtures/answer.ts'
import { listen } from '../../../helpers/listen.ts'
import { documentOf, startLane, untilLoad } from '../../../helpers/load.ts'

test('the lane stream reads whole streams that take as long as it asks for', async (t) => {
  const target = await listen(t, createServer(answer))
  const load = startLane(t, 'stream', () => target)
  await untilLoad(load, 'requests', 8)
  await load.stop()
  const [lane] = documentOf(load).lanes
  assert.deepEqual([documentOf(load).failures, lane!.failed], [[], 0])
  // Two chunks, 50 ms each.
  assert.ok(lane!.p50Ms >= 95)
})

for (const [how, code, end] of [
  ['ends in good order before its end', 'WRONG_HASH', (response: ServerResponse) => response.end()],
  ['is cut', 'ECONNRESET', (response: ServerResponse) => response.destroy()],
  [
    'has another byte in it',
    'WRONG_HASH',
    (response: ServerResponse) => response.end(`sha256 ${'0'.repeat(64)}\n`),
  ],
] as const) {
  test(`the lane stream fails a stream that ${how}`, async (t) => {
    const server = createServer((_, response) => {
      response.write('chunk 1 of 2\n', () => end(response))
    })
    const target = await listen(t, server)
    const load = startLane(t, 'stream', () => target)
    await untilLoad(load, 'failed', 2)
    await load.stop()
    const { failed, requests, failures } = documentOf(load)
    assert.equal(failed, requests)
    assert.deepEqual([failures[0]!.error?.code, failures[0]!.error?.stage], [code, 'body'])
  })
}
