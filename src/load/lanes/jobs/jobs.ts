import { randomUUID } from 'node:crypto'
import { type Lane, MAX_OUTSTANDING, pauseUntil, sendOnGrid } from '../../lane.ts'
import type { LaneDefinition, TrialRequest } from '../../lane-definition.ts'
import type { JobsLoad, LoadOptions } from '../../load-options.ts'
import { type LaneRequest, successStatuses } from '../../plain-request.ts'
import type { Sample } from '../../sample.ts'
import { doneAgain, followJob } from './follow-job.ts'
import { createProducer } from './producer.ts'

/** How often those that were done are looked through for the ones to ask about again. */
const REVIEW_PERIOD_MS = 1_000

/** A job that was done, to be asked about again. */
interface DoneJob {
  readonly sample: Sample
  /** Monotonic milliseconds. */
  readonly againMs: number
}

const run: Lane = async (context) => {
  const { share, signal } = context
  const { url, perSecond, timeoutMs, once } = jobsOf(context.options)
  const producer = createProducer(url, context.headers)
  const ending = new AbortController()
  context.own({ destroy: () => (ending.abort(), producer.destroy()) })
  const done: DoneJob[] = []
  const enqueue = async (dueMs: number): Promise<void> => {
    const identity = context.identify(requestOf(url), dueMs)
    const job = { ...identity, path: producer.pathOf(identity.id) }
    const sample = await followJob(producer, job, { timeoutMs, signal: ending.signal })
    context.record(sample)
    if (sample.ok) done.push({ sample, againMs: sample.startedAt.monotonicMs + timeoutMs })
  }
  // A worker that lost a job may do it all the same, and the queue gives it to another one as well.
  const review = async (untilMs: number): Promise<void> => {
    for (let job = done[0]; job && job.againMs <= untilMs; job = done[0]) {
      done.shift()
      const times = await producer.ask(job.sample.id)
      if (typeof times !== 'number' || times <= 1) continue
      context.count({ repeated: times - 1 })
      if (once) context.record(doneAgain(job.sample, times))
    }
  }
  const reviewAll = async (): Promise<void> => {
    while (!signal.aborted) {
      await pauseUntil(performance.now() + REVIEW_PERIOD_MS, signal)
      if (!signal.aborted) await review(performance.now())
    }
  }
  const plan = {
    startMs: performance.now() + (share.index * 1_000) / perSecond,
    intervalMs: (1_000 * share.of) / perSecond,
    maxOutstanding: MAX_OUTSTANDING,
  }
  await Promise.all([sendOnGrid(context, plan, enqueue), reviewAll()])
  await review(Infinity)
}

async function tryJob(request: TrialRequest, options: LoadOptions): Promise<Sample> {
  const { url, timeoutMs } = jobsOf(options)
  const producer = createProducer(url, request.headers)
  // A queue takes each id once, also the one of an earlier run.
  const id = `self-test-${randomUUID()}`
  const { signal } = new AbortController()
  const sample = await followJob(
    producer,
    { ...request, id, path: producer.pathOf(id) },
    { timeoutMs, signal },
  )
  producer.destroy()
  return sample
}

function jobsOf({ jobs: of }: LoadOptions): JobsLoad {
  if (of) return of
  throw new Error('Run the lane jobs: the load does not say where its producer is')
}

function requestOf(url: string): LaneRequest {
  return { method: 'POST', path: new URL(url).pathname, expectStatus: successStatuses }
}

/**
 * Jobs for workers: meets the end of a worker that still takes jobs, or does not finish those that it has.
 */
export const jobs: LaneDefinition = {
  name: 'jobs',
  unasked: false,
  essential: false,
  passesPodsBy: true,
  sends:
    'jobs for workers (`--jobs-rate`), each with a `POST` to the producer of `--jobs-url`, which is asked until the job is done; ' +
    'its latency is the time from the `POST` until then',
  meets:
    'jobs that nobody finishes: those of a worker that takes more after the signal, or that ends before they are done',
  routes: [],
  columns: ['repeated'],
  run,
  trial: {
    requests: (options) => [requestOf(jobsOf(options).url)],
    askedMs: () => 0,
    send: tryJob,
    where: () => 'of --jobs-url',
    remedy:
      'the producer has to answer POST --jobs-url/ID with 2xx and GET --jobs-url/ID with {"done": 0} or more, ' +
      'and a worker has to do the job within --jobs-timeout',
  },
  explain: (_, { code, message }) => (code.startsWith('JOB_') ? message : undefined),
}
