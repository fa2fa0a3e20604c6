import assert from 'node:assert/strict'
import { type TestContext, suite, test } from 'node:test'
import type { RunningLoad } from '../../../../src/load/engine.ts'
import { createDoneJobs, type ReviewPlan, reviewJobs } from '../../../../src/load/lanes/jobs/review.ts'
import type { JobsLoad } from '../../../../src/load/load-options.ts'
import { eventually } from '../../../helpers/eventually.ts'
import { type JobQueue, jobsLoad, startJobQueue, work } from '../../../helpers/job-queue.ts'
import { documentOf, startLane, untilLoad } from '../../../helpers/load.ts'
import { makeSample as sample } from '../../../helpers/samples.ts'

const down = { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED', stage: 'connect' } as const

function start(t: TestContext, queue: JobQueue, jobs: Partial<JobsLoad>): RunningLoad {
  return startLane(t, 'jobs', () => undefined, jobsLoad(queue, { once: true, ...jobs }))
}

/** Stops a load, and then has the queue give its first job to another worker as well. */
async function stopAndRepeat(running: RunningLoad, queue: JobQueue, afterMs: number): Promise<void> {
  const stopping = running.stop()
  const repeat = setTimeout(() => queue.done(queue.ids[0]!), afterMs)
  await stopping
  clearTimeout(repeat)
}

suite('the review of done jobs', () => {
  test('sees at the end a job that was done again long after its time was over', async (t) => {
    const queue = await startJobQueue(t)
    work(queue, 0)
    const running = start(t, queue, { timeoutMs: 200 })
    await untilLoad(running, 'requests', 1)
    const [first = ''] = queue.ids
    const asks = (): number => queue.asked.filter(([method, id]) => method === 'GET' && id === first).length
    await eventually('jobs for a second', () => queue.ids.length > 50)
    const asked = asks()
    queue.done(first)
    await running.stop()
    const { failures, lanes, requests } = documentOf(running)
    assert.deepEqual(
      failures.map(({ error, id }) => [error?.code, id]),
      [['JOB_TWICE', first]],
    )
    assert.equal(asks(), asked + 1)
    const { repeated, reviewed, unreviewed } = lanes[0]!.counts
    assert.deepEqual([repeated, reviewed, unreviewed], [1, requests, 0])
    assert.equal(requests, queue.ids.length)
  })

  test('waits until a lock of the last pod has expired, and a worker has done the job again', async (t) => {
    const queue = await startJobQueue(t)
    work(queue, 0)
    const running = start(t, queue, { lockMs: 600 })
    await untilLoad(running, 'requests', 1)
    await stopAndRepeat(running, queue, 500)
    assert.equal(documentOf(running).failed, 1)
  })

  test('does not wait for the part of the lock in which the load went on', async (t) => {
    const queue = await startJobQueue(t)
    work(queue, 0)
    const running = start(t, queue, { lockMs: 60_000, quietMs: 60_000 })
    await untilLoad(running, 'requests', 1)
    const beganMs = performance.now()
    await running.stop()
    assert.ok(performance.now() - beganMs < 30_000)
  })

  test('says how many jobs a producer has forgotten', async (t) => {
    for (const once of [true, false]) {
      const queue = await startJobQueue(t)
      work(queue, 0)
      const told = new Set<string>()
      queue.intercept = ({ method, url = '' }, response) => {
        if (method !== 'GET') return false
        if (told.has(url)) return !!response.end('{"done":0}')
        if (queue.timesOf(url.slice('/jobs/'.length)) > 0) told.add(url)
        return false
      }
      const running = start(t, queue, { once })
      await untilLoad(running, 'requests', 3)
      await running.stop()
      const { lanes, failed, requests } = documentOf(running)
      assert.equal(failed, 0)
      const { reviewed, unreviewed, uncounted } = lanes[0]!.counts
      const wanted = once ? [0, requests, undefined] : [undefined, undefined, requests]
      assert.deepEqual([reviewed, unreviewed, uncounted], wanted)
    }
  })

  test('an abandoned load does not wait for the lock', async (t) => {
    const queue = await startJobQueue(t)
    work(queue, 0)
    const running = start(t, queue, { lockMs: 60_000 })
    await untilLoad(running, 'requests', 1)
    const stopping = running.stop()
    running.abandon()
    const beganMs = performance.now()
    await stopping
    assert.ok(performance.now() - beganMs < 30_000)
  })
})

suite('reviewJobs', () => {
  const samples = Array.from({ length: 100 }, (_, index) => sample({ id: `${index}` }))
  const review = (plan: Partial<ReviewPlan>): Promise<number> => {
    const { signal } = new AbortController()
    return reviewJobs(samples, { ask: () => Promise.resolve(1), signal, onTimes: () => undefined, ...plan })
  }

  test('asks about each job once, several at a time', async () => {
    const asked: string[] = []
    let open = 0
    let most = 0
    const ask = async (id: string): Promise<number> => {
      asked.push(id)
      most = Math.max(most, ++open)
      await new Promise(setImmediate)
      open--
      return 2
    }
    const times: number[] = []
    assert.equal(await review({ ask, onTimes: (_, count) => times.push(count) }), 0)
    assert.deepEqual([asked.length, new Set(asked).size, times.length], [100, 100, 100])
    assert.ok(most > 1 && most <= 20, `${most} at once`)
  })

  test('asks again where no answer came', async () => {
    let failures = 0
    const ask = (): Promise<number | typeof down> => Promise.resolve(failures++ < 30 ? down : 1)
    assert.equal(await review({ ask }), 0)
    assert.equal(failures, 130)
  })

  test('ends at its limit, and when it is broken off', async () => {
    assert.equal(await review({ ask: () => Promise.resolve(down), limitMs: 100 }), 100)
    const ending = new AbortController()
    const ask = (): Promise<typeof down> => (ending.abort(), Promise.resolve(down))
    assert.equal(await review({ ask, signal: ending.signal }), 100)
  })

  test('a long run keeps some of its jobs, and counts the others', () => {
    const done = createDoneJobs(2)
    for (const endMs of [5, 9, 7]) done.add(sample({ endMs }))
    assert.deepEqual([done.samples.length, done.notKept, done.longestMs], [2, 1, 9])
  })
})
