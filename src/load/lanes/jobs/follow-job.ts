import { setTimeout as sleep } from 'node:timers/promises'
import { isOwnCode, isOwnFailure, type Sample, type SampleError } from '../../sample.ts'
import type { RequestIdentity } from '../../trace.ts'
import type { Producer } from './producer.ts'

/** How long a job may take, and what ends the wait for it. */
export interface Patience {
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** A producer is asked again after this time, or after this share of the job's age. */
export const ASK_AFTER_MS = 100
export const ASK_AFTER_SHARE = 1 / 8

/** Code of a job that was not done in its time. */
export const JOB_LOST = 'JOB_LOST'

/** Counts the milliseconds that the producer took to take a done job and to say that it was done. */
export const PRODUCER_MS = 'producerMs'

/**
 * Enqueues a job and resolves when it was seen to be done, or was not within its time. Its sample takes from
 * the begin of the `POST` until then. Never rejects.
 */
export async function followJob(
  producer: Producer,
  identity: RequestIdentity,
  { timeoutMs, signal }: Patience,
): Promise<Sample> {
  const posted = await producer.enqueue(identity)
  if (posted.error) return isOwnFailure(posted) ? posted : failed(posted, posted.endMs, refusal(posted.error))
  const ageMs = (): number => performance.now() - posted.startedAt.monotonicMs
  for (;;) {
    const pauseMs = Math.max(ASK_AFTER_MS, ageMs() * ASK_AFTER_SHARE)
    await sleep(Math.min(pauseMs, Math.max(0, timeoutMs - ageMs())), undefined, { signal }).catch(
      () => undefined,
    )
    // Also an answer that comes late is about a moment in which the job had its whole time.
    const isLast = ageMs() >= timeoutMs
    const askedMs = ageMs()
    const times = await producer.ask(identity.id)
    if (typeof times === 'number' && times > 0) {
      const endMs = ageMs()
      const counts = { [PRODUCER_MS]: Math.ceil(posted.endMs + endMs - askedMs) }
      return { ...posted, endMs, counts }
    }
    if (isLast || signal.aborted) return failed(posted, ageMs(), lateness(times, timeoutMs))
  }
}

/** The sample of a job that was done once more; it ended when the job was done first. */
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

function lateness(times: number | SampleError, timeoutMs: number): SampleError {
  if (typeof times === 'number') {
    return { code: JOB_LOST, message: `the job was not done within ${timeoutMs} ms`, stage: 'wait' }
  }
  // What went wrong on this machine is no fault of the producer.
  if (isOwnCode(times.code)) return times
  const { code, message } = times
  return {
    code: 'JOB_UNSEEN',
    message: `the producer did not say within ${timeoutMs} ms whether the job was done: ${code} ${message}`,
    stage: 'wait',
  }
}
