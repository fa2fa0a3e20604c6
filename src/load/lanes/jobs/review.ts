import type { Sample, SampleError } from '../../sample.ts'
import { pauseUntil } from '../../lane.ts'

/** Limit of done jobs that are kept for the review. It bounds the memory of a long run. */
const MAX_KEPT_JOBS = 100_000
/** Longest time for the review of all jobs. Milliseconds. */
export const REVIEW_LIMIT_MS = 30_000
/** Number of parallel questions to the producer. */
const AT_ONCE = 20
/** Pause before the review repeats unanswered questions. */
const RETRY_MS = 500

/** Done jobs to review. */
export interface DoneJobs {
  readonly samples: readonly Sample[]
  /** Number of done jobs beyond the limit. */
  readonly notKept: number
  /** Duration of the longest job, including those beyond the limit. Milliseconds. */
  readonly longestMs: number
  add(sample: Sample): void
}

/** An empty list that keeps at most `limit`. */
export function createDoneJobs(limit: number = MAX_KEPT_JOBS): DoneJobs {
  const samples: Sample[] = []
  let notKept = 0
  let longestMs = 0
  return {
    samples,
    get notKept() {
      return notKept
    },
    get longestMs() {
      return longestMs
    },
    add(sample) {
      longestMs = Math.max(longestMs, sample.endMs)
      if (samples.length < limit) samples.push(sample)
      else notKept++
    },
  }
}

/** How to review done jobs. */
export interface ReviewPlan {
  /** Resolves to how often a job was done, or to the error. Never rejects. */
  readonly ask: (id: string) => Promise<number | SampleError>
  /** Aborting it ends the review. */
  readonly signal: AbortSignal
  /** Longest time for the review, in milliseconds. Default: {@link REVIEW_LIMIT_MS} */
  readonly limitMs?: number
  readonly onTimes: (sample: Sample, times: number) => void
}

/**
 * Asks once more about each done job, and repeats unanswered questions until the limit.
 * @returns the number of jobs that stayed unanswered or that the producer called not done
 */
export async function reviewJobs(samples: readonly Sample[], plan: ReviewPlan): Promise<number> {
  const { ask, signal, limitMs = REVIEW_LIMIT_MS, onTimes } = plan
  const untilMs = performance.now() + limitMs
  const isOver = (): boolean => signal.aborted || performance.now() >= untilMs
  let forgotten = 0
  let left = samples
  for (;;) {
    const unanswered: Sample[] = []
    const queue = left.values()
    const askNext = async (): Promise<void> => {
      for (const sample of queue) {
        const times = isOver() ? undefined : await ask(sample.id)
        if (typeof times !== 'number') unanswered.push(sample)
        // The job was done before, so the producer has forgotten it.
        else if (times < 1) forgotten++
        else onTimes(sample, times)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, askNext))
    left = unanswered
    if (left.length === 0 || isOver()) return left.length + forgotten
    await pauseUntil(Math.min(performance.now() + RETRY_MS, untilMs), signal)
  }
}
