import { setTimeout as sleep } from 'node:timers/promises'
import { isOwnCode, isOwnFailure, type Sample, type SampleError } from '../../sample.ts'
import type { RequestIdentity } from '../../trace.ts'
import { type Producer, WRONG_ANSWER } from './producer.ts'

/** How long a job may take, and the signal that ends the wait for it. */
export interface Patience {
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Ends the wait at an answer that is not one of a producer of jobs. Left out: it may be a passing fault */
  readonly isTrial?: boolean
}

/**
 * The pause between two questions to the producer: this time, or this share of the job's age if that is
 * longer.
 */
export const ASK_AFTER_MS = 100
export const ASK_AFTER_SHARE = 1 / 8

/** Code of a job that was not done within its timeout. */
export const JOB_LOST = 'JOB_LOST'

/** Name of the count of milliseconds that the producer needed to accept a job and to report it done. */
export const PRODUCER_MS = 'producerMs'

/**
 * Enqueues a job and waits until the producer reports it done, or until the timeout. The sample lasts from
 * the start of the `POST` until then. Never rejects.
 */
export async function followJob(
  producer: Producer,
  identity: RequestIdentity,
  { timeoutMs, signal, isTrial = false }: Patience,
): Promise<Sample> {
  const posted = await producer.enqueue(identity)
  if (posted.error) return isOwnFailure(posted) ? posted : failed(posted, posted.endMs, refusal(posted.error))
  const ageMs = (): number => performance.now() - posted.startedAt.monotonicMs
  for (;;) {
    const pauseMs = Math.max(ASK_AFTER_MS, ageMs() * ASK_AFTER_SHARE)
    await sleep(Math.min(pauseMs, Math.max(0, timeoutMs - ageMs())), undefined, { signal }).catch(
      () => undefined,
    )
    // Decided before the question: after a late answer the job has still had its full timeout.
    const isLast = ageMs() >= timeoutMs
    const askedMs = ageMs()
    const times = await producer.ask(identity.id)
    if (typeof times === 'number' && times > 0) {
      const endMs = ageMs()
      const counts = { [PRODUCER_MS]: Math.ceil(posted.endMs + endMs - askedMs) }
      return { ...posted, endMs, counts }
    }
    if (isTrial && isWrong(times)) return failed(posted, ageMs(), unsaid(times))
    if (isLast || signal.aborted) return failed(posted, ageMs(), lateness(times, timeoutMs))
  }
}

/** The sample of a job that was done more than once. It ended when the job was first done. */
export function doneAgain(sample: Sample, times: number): Sample {
  const message = `the job was done ${times} times`
  return failed(sample, sample.endMs, { code: 'JOB_TWICE', message, stage: 'body' })
}

function failed(sample: Sample, endMs: number, error: SampleError): Sample {
  return { ...sample, ok: false, endMs, error }
}

function refusal({ code, message, stage }: SampleError): SampleError {
  return { code: 'JOB_REFUSED', message: `the producer did not take the job: ${code} ${message}`, stage }
}

function isWrong(times: number | SampleError): times is SampleError {
  return typeof times !== 'number' && times.code === WRONG_ANSWER
}

function unsaid(wrong: SampleError): SampleError {
  return { ...wrong, message: `the producer did not say whether the job was done: ${wrong.message}` }
}

function lateness(times: number | SampleError, timeoutMs: number): SampleError {
  if (typeof times === 'number') {
    return { code: JOB_LOST, message: `the job was not done within ${timeoutMs} ms`, stage: 'wait' }
  }
  // An error of this machine is not the producer's fault.
  if (isOwnCode(times.code)) return times
  const { code, message } = times
  return {
    code: 'JOB_UNSEEN',
    message: `the producer did not say within ${timeoutMs} ms whether the job was done: ${code} ${message}`,
    stage: 'wait',
  }
}
