import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpClient } from '../../../src/load/http1/client.ts'
import type { LaneContext } from '../../../src/load/lane.ts'
import { keepAlive } from '../../../src/load/lanes/keep-alive/keep-alive.ts'
import { defaultLoad } from '../../../src/load/load-options.ts'
import { getOf } from '../../../src/load/plain-request.ts'
import type { Sample } from '../../../src/load/sample.ts'
import { wholeLoad } from '../../../src/load/share.ts'
import { eventually, turns } from '../../helpers/eventually.ts'

/** Runs the lane against a server that answers nothing until `answer`. */
function runHeld(isAbandoned: boolean) {
  const stopping = new AbortController()
  const answers = Promise.withResolvers<Sample>()
  const counts = { sent: 0, opened: 0, skipped: 0 }
  const context = {
    options: { ...defaultLoad, ratePerSecond: 10_000 },
    share: wholeLoad,
    requests: [getOf('/')],
    headers: {},
    signal: stopping.signal,
    isAbandoned: () => isAbandoned && stopping.signal.aborted,
    openClient: () => (counts.opened++, {} as HttpClient),
    close: () => {},
    send: () => (counts.sent++, answers.promise),
    skip: (count: number) => void (counts.skipped += count),
  }
  const done = keepAlive.run(context as unknown as LaneContext)
  return { counts, stop: () => stopping.abort(), answer: () => answers.resolve({} as Sample), done }
}

for (const isAbandoned of [false, true]) {
  const what = isAbandoned ? 'drops them when the load is abandoned' : 'sends them when the load is stopped'
  test(`keep-alive has requests that wait for a free connection, and ${what}`, async () => {
    const { counts, stop, answer, done } = runHeld(isAbandoned)
    await eventually('all connections are busy', () => counts.sent > 0 && counts.sent === counts.opened)
    // At 10,000 a second more become due in this time, and wait.
    const busyAt = performance.now()
    while (performance.now() < busyAt + 10) await turns(1)
    stop()
    const { sent } = counts
    answer()
    await done
    if (isAbandoned) assert.equal(counts.sent, sent)
    else assert.ok(counts.sent > sent, `${counts.sent} of which ${sent} had been sent`)
  })
}
