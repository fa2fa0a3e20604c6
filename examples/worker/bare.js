// The worker without lastcall, as many are: it ends at the signal, in the middle of its jobs. BullMQ gives them to
// another worker up to a minute later: a lock takes 30 s to expire, and the check for stalled jobs runs every 30 s.
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'bullmq'

const url = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379'
new Worker(process.env.QUEUE ?? 'orders', (job) => sleep(job.data.ms), {
  connection: { url },
  concurrency: 10,
})
process.once('SIGTERM', () => process.exit())
