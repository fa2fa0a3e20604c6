import assert from 'node:assert/strict'
import { suite, type TestContext } from 'node:test'
import { Queue } from 'bullmq'
import { eventually } from '../helpers/eventually.ts'
import { testWith } from '../helpers/needs.ts'
import { startRedis } from '../helpers/services.ts'
import { endsCleanlyAsShown, type ProgramDeclaration, startProgram } from './program.ts'

const worker: ProgramDeclaration = { name: 'bullmq', guide: 'docs/guides/bullmq.md', program: 'worker.ts' }

interface Ground {
  readonly env: Readonly<Record<string, string>>
  readonly queue: Queue
}

async function prepare(t: TestContext): Promise<Ground> {
  const { url, onEnd } = await startRedis(t)
  const queue = new Queue('emails', { connection: { url } })
  onEnd(() => queue.close())
  return { env: { REDIS_URL: url }, queue }
}

suite('the worker of the BullMQ guide', { concurrency: 2 }, () => {
  const testQueue = testWith('redis-server')

  testQueue('takes no job after the signal, finishes the one in hand, and exits with 0', async (t) => {
    const { env, queue } = await prepare(t)
    const pod = await startProgram(t, worker, { env })
    const inHand = await queue.add('email', { gate: 'first' })
    const waiting = await queue.add('email', { gate: 'second' })
    await pod.at('first')
    pod.signal()
    await pod.reached('draining')
    pod.open('first')
    assert.deepEqual(await pod.exit(), { code: 0, signal: null })
    assert.deepEqual(
      [await queue.getJobState(inHand.id!), await queue.getJobState(waiting.id!)],
      ['completed', 'waiting'],
    )
    assert.deepEqual(
      pod.report().workers?.map(({ name, outcome }) => `${name} ${outcome}`),
      ['emails finished'],
    )
  })

  testQueue('gives back what it cannot finish, for another worker to take at once', async (t) => {
    const { env, queue } = await prepare(t)
    const pod = await startProgram(t, worker, { env: { ...env, LASTCALL_DRAIN_TIMEOUT: '4s' } })
    const job = await queue.add('email', { gate: 'never' })
    await pod.at('never')
    pod.signal()
    assert.deepEqual(await pod.exit(), { code: 0, signal: null })
    assert.equal(await queue.getJobState(job.id!), 'waiting')

    const next = await startProgram(t, worker, { env })
    await next.at('never')
    next.open('never')
    await eventually('the job is done', async () => (await queue.getJobState(job.id!)) === 'completed')
    const { attemptsMade, stalledCounter } = (await queue.getJob(job.id!))!
    assert.deepEqual([attemptsMade, stalledCounter], [1, 0])
  })

  testQueue('runs beside the files that the page shows', async (t) => {
    const { env } = await prepare(t)
    await endsCleanlyAsShown(t, worker, env)
  })
})
