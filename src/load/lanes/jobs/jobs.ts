import { randomUUID } from 'node:crypto'
import { type Lane, MAX_OUTSTANDING, pauseUntil, sendOnGrid } from '../../lane.ts'
import type { LaneDefinition, TrialRequest } from '../../lane-definition.ts'
import type { JobsLoad, LoadOptions } from '../../load-options.ts'
import { type LaneRequest, successStatuses } from '../../plain-request.ts'
import type { Sample } from '../../sample.ts'
import { doneAgain, followJob } from './follow-job.ts'
import { createProducer } from './producer.ts'
import { createDoneJobs, REVIEW_LIMIT_MS, reviewJobs } from './review.ts'

/**
 * Counts of done jobs that the review asked about, and of those that it could not ask about. They are for
 * runs in which each job must be done only once.
 */
export const REVIEWED = 'reviewed'
export const UNREVIEWED = 'unreviewed'
/**
 * Count of done jobs that the review could not ask about, for runs in which a job may be done more than once.
 */
export const UNCOUNTED = 'uncounted'

const run: Lane = async (context) => {
  const { share, signal } = context
  const load = jobsOf(context.options)
  const { url, perSecond, timeoutMs, once } = load
  const producer = createProducer(url, context.headers, context.options.jobsTls)
  const ending = new AbortController()
  context.own({ destroy: () => (ending.abort(), producer.destroy()) })
  let stoppedMs = performance.now()
  signal.addEventListener('abort', () => void (stoppedMs = performance.now()), { once: true })
  const done = createDoneJobs()
  const enqueue = async (dueMs: number): Promise<void> => {
    const identity = context.identify(requestOf(url), dueMs)
    const job = { ...identity, path: producer.pathOf(identity.id) }
    const sample = await followJob(producer, job, { timeoutMs, signal: ending.signal })
    context.record(sample)
    if (sample.ok) done.add(sample)
  }
  const onTimes = (sample: Sample, times: number): void => {
    if (times === 1) return
    context.count({ repeated: times - 1 })
    if (once) context.revoke(doneAgain(sample, times))
  }
  const plan = {
    startMs: performance.now() + (share.index * 1_000) / perSecond,
    intervalMs: (1_000 * share.of) / perSecond,
    maxOutstanding: MAX_OUTSTANDING,
  }
  await sendOnGrid(context, plan, enqueue)
  await pauseUntil(stoppedMs + reviewDelayMs(load, done.longestMs), ending.signal)
  const unanswered = await reviewJobs(done.samples, { ask: producer.ask, signal: ending.signal, onTimes })
  const left = done.notKept + unanswered
  context.count(
    once ? { [REVIEWED]: done.samples.length - unanswered, [UNREVIEWED]: left } : { [UNCOUNTED]: left },
  )
}

/**
 * Delay between the end of the load and the review of done jobs. A worker that ended before it confirmed a
 * job leaves the job locked, and the next worker then needs as long as a job takes.
 */
function reviewDelayMs({ lockMs, quietMs }: JobsLoad, longestMs: number): number {
  return lockMs === 0 ? 0 : Math.max(0, lockMs - quietMs + longestMs)
}

/** Longest time that the lane may take after the end of the load. Milliseconds. */
export function mostAfterLoadMs(load: JobsLoad): number {
  return load.timeoutMs + reviewDelayMs(load, load.timeoutMs) + REVIEW_LIMIT_MS
}

async function tryJob(request: TrialRequest, options: LoadOptions): Promise<Sample> {
  const { url, timeoutMs } = jobsOf(options)
  const producer = createProducer(url, request.headers, options.jobsTls)
  // A queue accepts each id once, even across runs.
  const id = `self-test-${randomUUID()}`
  const { signal } = new AbortController()
  const sample = await followJob(
    producer,
    { ...request, id, path: producer.pathOf(id) },
    { timeoutMs, signal, isTrial: true },
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

/** Jobs for workers. Meets workers that still take jobs during their shutdown, or do not finish theirs. */
export const jobs: LaneDefinition = {
  name: 'jobs',
  unasked: false,
  essential: false,
  passesPodsBy: true,
  noun: 'job',
  sends:
    'jobs for workers (`--jobs-rate`), each with a `POST` to the producer of `--jobs-url`, ' +
    'which is asked until the job is done; its latency is the time from the `POST` until then',
  meets:
    'jobs that nobody finishes: those of a worker that takes more after the signal, or that ends before they are done',
  routes: [],
  columns: ['repeated'],
  run,
  trial: {
    requests: (options) => [requestOf(jobsOf(options).url)],
    askedMs: () => 0,
    send: tryJob,
    where: () => 'of --jobs-url:',
    remedy:
      'the producer has to answer POST --jobs-url/ID with 2xx and GET --jobs-url/ID with {"done": 0} or more, ' +
      'and a worker has to do the job within --jobs-timeout',
  },
  explain: (_, { code, message }) => (code.startsWith('JOB_') ? message : undefined),
}
