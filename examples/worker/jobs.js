// The producer: POST /jobs/ID puts an order into the queue, GET /jobs/ID says how often it was packed. It is not rolled
// out with the workers.
import { createServer } from 'node:http'
import { Queue } from 'bullmq'

const url = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379'
// An order takes between 0.2 and 3 seconds.
const [least, most] = (process.env.JOB_MS ?? '200-3000').split('-').map(Number)

const queue = new Queue(process.env.QUEUE ?? 'orders', { connection: { url } })
queue.on('error', (error) => console.error(error.message))

async function enqueue(id) {
  await queue.add('pack', { id, ms: least + Math.random() * (most - least) }, { jobId: id })
  return { id }
}

/** A job that two workers have begun counts twice: the first may have done most of it. */
async function timesDone(id) {
  const job = await queue.getJob(id)
  return { done: (await job?.isCompleted()) ? job.attemptsStarted : 0 }
}

async function handle(request, response) {
  const [, id] = /^\/jobs\/([\w-]+)$/.exec(request.url) ?? []
  const answer = { POST: enqueue, GET: timesDone }[request.method]
  try {
    const body = id && answer ? await answer(id) : undefined
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  } catch (error) {
    response.writeHead(503).end(error.message)
  }
}

const server = createServer((request, response) => void handle(request, response))
server.listen(process.env.PORT ?? 8080, () => console.log('taking orders'))
process.once('SIGTERM', () => process.exit())
