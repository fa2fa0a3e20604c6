import assert from 'node:assert/strict'
import { type TestContext, suite, test } from 'node:test'
import { startLoad, type RunningLoad } from '../../../../src/load/engine.ts'
import type { JobsLoad } from '../../../../src/load/load-options.ts'
import { explainFailure } from '../../../../src/report/failure-sentence.ts'
import { causes } from '../../../../src/rollout/causes.ts'
import { eventually } from '../../../helpers/eventually.ts'
import { type JobQueue, jobsLoad as load, startJobQueue, work } from '../../../helpers/job-queue.ts'
import { documentOf, startLane, untilLoad } from '../../../helpers/load.ts'

const noPod = (): undefined => undefined

function start(t: TestContext, queue: JobQueue, jobs: Partial<JobsLoad> = {}): RunningLoad {
  return startLane(t, 'jobs', noPod, load(queue, jobs))
}

suite('the lane jobs', () => {
  test('enqueues each job once and sees it done, in the time from then on, without a pod', async (t) => {
    const queue = await startJobQueue(t)
    work(queue, 150)
    const running = start(t, queue)
    await untilLoad(running, 'requests', 10)
    await running.stop()
    const { lanes, failures } = documentOf(running)
    assert.deepEqual(failures, [])
    const posts = queue.asked.filter(([method]) => method === 'POST')
    assert.deepEqual(
      [posts.length, new Set(posts.map(([, id]) => id)).size],
      [lanes[0]!.requests, posts.length],
    )
    assert.ok(lanes[0]!.p50Ms >= 150, `${lanes[0]!.p50Ms} ms`)
    // At 100 ms, at 200 ms and at the end; more often only on a machine that is late.
    assert.ok(
      queue.asked.length <= posts.length * 6,
      `${queue.asked.length} requests for ${posts.length} jobs`,
    )
  })

  test('waits at its end for jobs that are under way', async (t) => {
    const queue = await startJobQueue(t)
    const running = start(t, queue)
    await eventually('three jobs', () => queue.ids.length >= 3)
    const stopping = running.stop()
    work(queue, 0)
    for (const id of queue.ids) queue.done(id)
    await stopping
    assert.deepEqual([documentOf(running).requests, documentOf(running).failed], [queue.ids.length, 0])
  })

  test('a job that is not done in time is lost, and that is a cause of its own', async (t) => {
    const queue = await startJobQueue(t)
    let lost: string | undefined
    queue.onJob = (id) => void ((lost ??= id) === id || queue.done(id))
    const running = start(t, queue, { timeoutMs: 400 })
    await untilLoad(running, 'failed', 1)
    await running.stop()
    const { failures, requests } = documentOf(running)
    assert.ok(requests > 1)
    assert.deepEqual(
      failures.map(({ error, path }) => [error?.code, path]),
      [['JOB_LOST', `/jobs/${lost}`]],
    )
    const [failure] = failures
    assert.ok(failure!.endMs >= 400 && failure!.endMs < 2_000, `${failure!.endMs} ms`)
    assert.match(explainFailure(failure!), /^the job was not done within 400 ms$/)
    assert.equal(causes.find(({ fits }) => fits(failure!))?.title, 'Job not done')
  })

  test('a job that is done again is counted, and fails where the queue promises that it is not', async (t) => {
    for (const once of [false, true]) {
      const queue = await startJobQueue(t)
      work(queue, 0, 3)
      const running = start(t, queue, { once })
      await untilLoad(running, 'requests', 5)
      await running.stop()
      const { lanes, failures, failed, requests } = documentOf(running)
      const jobs = queue.ids.length
      assert.equal(lanes[0]!.counts['repeated'], 2 * jobs)
      assert.deepEqual([requests, failed], [jobs, once ? jobs : 0])
      if (!once) continue
      assert.match(explainFailure(failures[0]!), /^the job was done 3 times$/)
      assert.equal(causes.find(({ fits }) => fits(failures[0]!))?.title, 'Job done twice')
    }
  })

  test('a job that the producer does not take is a failure of the producer', async (t) => {
    const queue = await startJobQueue(t)
    queue.intercept = ({ method }, response) => method === 'POST' && !!response.writeHead(503).end('no queue')
    const running = start(t, queue)
    await untilLoad(running, 'failed', 1)
    await running.stop()
    const [failure] = documentOf(running).failures
    assert.match(
      explainFailure(failure!),
      /^the producer did not take the job: HTTP_503 answered 503: no queue$/,
    )
    assert.equal(causes.find(({ fits }) => fits(failure!))?.title, 'Producer failed')
  })

  test('a producer may fail to answer now and then, and not to the end', async (t) => {
    const queue = await startJobQueue(t)
    work(queue, 0)
    let answers = 0
    queue.intercept = ({ method }, response) =>
      method === 'GET' && answers++ < 3 && !!response.writeHead(500).end()
    const patient = start(t, queue)
    await untilLoad(patient, 'requests', 3)
    await patient.stop()
    assert.equal(documentOf(patient).failed, 0)

    queue.intercept = ({ method }, response) => method === 'GET' && !!response.end('{"state":"done"}')
    const running = start(t, queue, { timeoutMs: 300 })
    await untilLoad(running, 'failed', 1)
    const [failure] = documentOf(running).failures
    assert.equal(failure!.error?.code, 'JOB_UNSEEN')
    assert.match(
      explainFailure(failure!),
      /within 300 ms whether the job was done: .* got "\{\\"state\\":\\"done\\"\}"$/,
    )
  })

  test('an abandoned load leaves nothing under way', async (t) => {
    const queue = await startJobQueue(t)
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    const running = start(t, queue, { timeoutMs: 60_000 })
    await eventually('three jobs', () => queue.ids.length >= 3)
    running.abandon()
    await eventually('no timers', () => timers() <= before)
  })

  test('several generators share its rate', async (t) => {
    const queue = await startJobQueue(t)
    work(queue, 0)
    const running = [0, 1].map((index) =>
      startLoad(load(queue, { perSecond: 20 }), { pickTarget: noPod, share: { index, of: 2 } }),
    )
    t.after(() => running.forEach((one) => one.abandon()))
    const beganMs = performance.now()
    await Promise.all(running.map((one) => untilLoad(one, 'requests', 5)))
    const seconds = (performance.now() - beganMs) / 1_000
    await Promise.all(running.map((one) => one.stop()))
    const counts = running.map((one) => documentOf(one).requests)
    // Half of 20 a second, and the one with which each begins.
    assert.ok(Math.max(...counts) <= seconds * 10 + 2, `${counts.join(' and ')} in ${seconds} s`)
  })
})
