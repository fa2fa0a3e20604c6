import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { WaitingError, Worker } from 'bullmq'
import { createLifecycle } from 'lastcall'

const queue = process.env.QUEUE ?? 'orders'
const url = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379'
const concurrency = Number(process.env.CONCURRENCY ?? 10)

// No server listens here but for the probes: the shutdown has no delay, and the drain begins at once.
const lifecycle = createLifecycle()

/** An order that takes `ms` milliseconds to pack. Throws when the signal is aborted. */
async function pack(order, signal) {
  await sleep(order.ms ?? 100, undefined, { signal })
  return { id: order.id, pod: hostname() }
}

async function work(job, token) {
  try {
    const packed = await pack(job.data, lifecycle.deadlineSignal)
    // More than 1: another worker had this job before, and died or lost its lock.
    return { ...packed, runs: job.attemptsStarted }
  } catch (error) {
    if (!lifecycle.deadlineSignal.aborted) throw error
    // The time is nearly up. Another worker takes the job at once, instead of finding it stalled later.
    await job.moveToWait(token)
    throw new WaitingError()
  }
}

const worker = new Worker(queue, work, { connection: { url }, concurrency, autorun: false })
worker.on('error', (error) => console.error(error.message))
worker.on('completed', (job) => console.log(`packed ${job.id}`))

// Called when the shutdown begins: BullMQ takes no job any more, and waits for those that it has.
lifecycle.worker(queue, () => worker.close())
lifecycle.check('redis', () => worker.backend.client.then((redis) => redis.ping()))

await lifecycle.start()
worker.run().catch((error) => console.error(error.message))
console.log(`working on ${queue}`)
