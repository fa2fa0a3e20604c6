import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { suite, test } from 'node:test'
import { startLoad } from '../../src/load/engine.ts'
import type { HttpClient } from '../../src/load/http1/client.ts'
import type { LaneContext } from '../../src/load/lane.ts'
import { laneNamed } from '../../src/load/lanes/index.ts'
import { defaultLoad } from '../../src/load/load-options.ts'
import { getOf } from '../../src/load/plain-request.ts'
import { clientsOf, firstInTurn, type LoadShare, pacedClients, wholeLoad } from '../../src/load/share.ts'
import { listen } from '../helpers/listen.ts'
import { untilLoad } from '../helpers/load.ts'

const sharesOf = (of: number): readonly LoadShare[] =>
  Array.from({ length: of }, (_, index) => ({ index, of }))

/** How many virtual clients a lane opens before it sends anything. */
async function clientsIn(lane: string, share: LoadShare): Promise<number> {
  let clients = 0
  const context: Partial<LaneContext> = {
    options: { ...defaultLoad, lanes: [lane], ratePerSecond: 100 / share.of },
    share,
    requests: [getOf('/')],
    headers: {},
    signal: AbortSignal.abort(),
    openClient: () => (clients++, { destroy: () => undefined } as HttpClient),
    own: () => void clients++,
    identify: () => ({ lane, id: '', method: 'GET', path: '/', scheduledAt: { wallMs: 0, monotonicMs: 0 } }),
    skip: () => undefined,
    pickTarget: () => undefined,
  }
  await laneNamed(lane).run(context as LaneContext)
  return clients
}

suite('the share of one of several generators', () => {
  test('each client of a lane is run by exactly one of them', () => {
    for (const total of [1, 2, 3, 7, 20]) {
      const clients = sharesOf(total).flatMap((share) => clientsOf(16, share))
      assert.deepEqual(
        clients.toSorted((one, other) => one - other),
        Array.from({ length: 16 }, (_, client) => client),
      )
    }
  })

  test('a paced lane has at least one client in each, and together no fewer than alone', () => {
    for (const total of [1, 3, 8, 20]) {
      const counts = sharesOf(total).map((share) => pacedClients(8, share))
      assert.ok(counts.every((count) => count >= 1) && counts.reduce((sum, count) => sum + count, 0) >= 8)
    }
  })

  test('they begin at different places of a list', () => {
    assert.deepEqual(
      sharesOf(4).map((share) => firstInTurn(10, share)),
      [0, 2, 5, 7],
    )
  })

  for (const [lane, together] of [
    ['think-time', 16],
    ['slow', 6],
    ['stream', 6],
    ['slow-reader', 18],
    ['sse', 6],
    ['keep-alive', 9],
    ['websocket', 9],
    ['http2', 9],
  ] as const) {
    test(`three generators of the lane ${lane} have ${together} clients`, async () => {
      const counts = await Promise.all(sharesOf(3).map((share) => clientsIn(lane, share)))
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        together,
      )
      assert.ok((await clientsIn(lane, wholeLoad)) <= together)
    })
  }
})

test('the rates of several generators add up to that of the load, and their ids are different', async (t) => {
  const server = createServer((_, response) => response.writeHead(500).end())
  const target = await listen(t, server)
  const options = { ...defaultLoad, lanes: ['new-connections'], ratePerSecond: 100 }
  const seen = await Promise.all(
    sharesOf(3).map(async (share) => {
      const load = startLoad(options, { pickTarget: () => target, share })
      t.after(() => load.abandon())
      await untilLoad(load, 'failed', 4)
      await load.stop()
      return load.record().failures
    }),
  )
  for (const failures of seen) {
    const due = failures.map(({ scheduledAt }) => scheduledAt.monotonicMs).toSorted((a, b) => a - b)
    const intervals = due.slice(1).map((ms, index) => Math.round((ms - due[index]!) * 1_000) / 1_000)
    assert.deepEqual([...new Set(intervals)], [30])
  }
  const ids = seen.flat().map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
  assert.deepEqual(
    seen.map(([first]) => first?.id.split('-')[1]),
    ['0', '1', '2'],
  )
})
