import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { startLoad } from '../../../src/load/engine.ts'
import { noChanges } from '../../../src/load/lane-changes.ts'
import { defaultLoad } from '../../../src/load/load-options.ts'
import { getOf } from '../../../src/load/plain-request.ts'
import { listen } from '../../helpers/listen.ts'
import { documentOf, untilLoad } from '../../helpers/load.ts'

for (const lane of ['keep-alive', 'think-time']) {
  test(`the lane ${lane} that fell back sends GET on connections that it keeps, and takes any body`, async (t) => {
    const asked = new Set<string>()
    const connections = new Set<Socket>()
    const server = createServer((request, response) => {
      asked.add(`${request.method} ${request.url}`)
      connections.add(request.socket)
      response.end('hello')
    })
    const target = await listen(t, server)
    const instead = getOf('/health')
    const changes = { ...noChanges, fellBack: [{ lane, instead, reason: 'nothing echoes' }] }
    const load = startLoad(
      { ...defaultLoad, lanes: [lane], ratePerSecond: 200 },
      { pickTarget: () => target, changes },
    )
    t.after(() => load.abandon())
    await untilLoad(load, 'requests', 40)
    await load.stop()
    assert.deepEqual([...asked], ['GET /health'])
    const { requests, failed, fellBack } = documentOf(load)
    assert.ok(connections.size < requests / 2, `${requests} requests on ${connections.size} connections`)
    assert.deepEqual([failed, fellBack], [0, changes.fellBack])
  })
}

test('a lane that fell back to a request with a body sends it; its record has the length', async (t) => {
  const got = new Set<string>()
  const server = createServer((request, response) => {
    void text(request).then((body) => response.end(String(got.add(body).size)))
  })
  const target = await listen(t, server)
  const instead = { ...getOf('/orders'), method: 'POST', body: 'pässword' }
  const changes = {
    ...noChanges,
    fellBack: [{ lane: 'keep-alive', instead, reason: 'nothing echoes' }],
  }
  const load = startLoad(
    { ...defaultLoad, lanes: ['keep-alive'], ratePerSecond: 200 },
    { pickTarget: () => target, changes },
  )
  t.after(() => load.abandon())
  await untilLoad(load, 'requests', 10)
  await load.stop()
  assert.deepEqual([...got], ['pässword'])
  const { body: _, ...shown } = instead
  assert.deepEqual(documentOf(load).fellBack, [
    { lane: 'keep-alive', instead: { ...shown, bodyBytes: 9 }, reason: 'nothing echoes' },
  ])
})
