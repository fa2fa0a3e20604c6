import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import { defaultLoad, type JobsLoad, type LoadOptions } from '../../src/load/load-options.ts'
import { listen } from './listen.ts'

/**
 * A queue and its producer: `POST /jobs/ID`, `GET /jobs/ID`; `POST /take` and `POST /done/ID` for workers.
 */
export interface JobQueue {
  readonly url: string
  /** Where workers take jobs. */
  readonly origin: string
  /** Every request for jobs: `POST`, or `GET`, and the id. */
  readonly asked: readonly (readonly [method: string, id: string])[]
  /** Jobs in the order in which they came. */
  readonly ids: readonly string[]
  /** Says that a job was done once more. */
  done(id: string): void
  /** How often. */
  timesOf(id: string): number
  /** Answers requests for jobs instead, when it returns true. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Called with the id of each job that comes. */
  onJob: (id: string) => void
}

/** Starts one. A job that a worker has had for `lockMs` without being done is given to another worker. */
export async function startJobQueue(t: TestContext, lockMs = 60_000): Promise<JobQueue> {
  const done = new Map<string, number>()
  const waiting: string[] = []
  const asked: (readonly [string, string])[] = []
  const locks = new Set<NodeJS.Timeout>()
  const take = (response: ServerResponse): void => {
    const id = waiting.shift()
    if (id === undefined) return void response.writeHead(204).end()
    const lock = setTimeout(() => done.get(id) === 0 && waiting.push(id), lockMs)
    locks.add(lock)
    response.end(id)
  }
  const server = createServer((request, response) => {
    const [, what = '', id = ''] = (request.url ?? '').split('/')
    if (what === 'take') return take(response)
    if (what === 'done') return (queue.done(id), response.end())
    asked.push([request.method ?? '', id])
    if (queue.intercept(request, response)) return
    if (request.method === 'POST') {
      done.set(id, 0)
      waiting.push(id)
      queue.onJob(id)
      return response.writeHead(202).end()
    }
    response.end(JSON.stringify({ done: done.get(id) ?? 0 }))
  })
  const { port } = await listen(t, server)
  t.after(() => locks.forEach((lock) => clearTimeout(lock)))
  const origin = `http://127.0.0.1:${port}`
  const queue: JobQueue = {
    url: `${origin}/jobs`,
    origin,
    asked,
    get ids() {
      return [...done.keys()]
    },
    done: (id) => void done.set(id, (done.get(id) ?? 0) + 1),
    timesOf: (id) => done.get(id) ?? 0,
    intercept: () => false,
    onJob: () => undefined,
  }
  return queue
}

/** A load of nothing but its jobs, 50 a second unless something else is said. */
export function jobsLoad(queue: Pick<JobQueue, 'url'>, jobs: Partial<JobsLoad> = {}): LoadOptions {
  return {
    ...defaultLoad,
    lanes: ['jobs'],
    ratePerSecond: 100,
    jobs: { url: queue.url, perSecond: 50, timeoutMs: 5_000, once: false, lockMs: 0, quietMs: 0, ...jobs },
  }
}

/** A worker does each job after this time. */
export function work(queue: JobQueue, ms: number, times = 1): void {
  queue.onJob = (id) => void setTimeout(() => Array.from({ length: times }, () => queue.done(id)), ms)
}
