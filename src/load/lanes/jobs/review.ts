import type { Sample, SampleError } from '../../sample.ts'
import { pauseUntil } from '../../lane.ts'

/** Done jobs that are kept to be asked about again; they bound the memory of a long run. */
const MAX_KEPT_JOBS = 100_000
/** How long the producer is asked about all of them, at most. Milliseconds. */
export const REVIEW_LIMIT_MS = 30_000
/** Questions without an answer at the same time. */
const AT_ONCE = 20
/** Pause before the jobs without an answer are asked about again. */
const RETRY_MS = 500

/** Jobs that were done, to be asked about again. */
export interface DoneJobs {
  readonly samples: readonly Sample[]
  /** How many are not among them, because there were too many. */
  readonly notKept: number
  /** How long the longest of all took. Milliseconds. */
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

/** How done jobs are asked about. */
export interface ReviewPlan {
  /** How often a job was done, or why that is not known. Never rejects. */
  readonly ask: (id: string) => Promise<number | SampleError>
  /** Ends the review. */
  readonly signal: AbortSignal
  /** How long it may take. Milliseconds. {@link REVIEW_LIMIT_MS} */
  readonly limitMs?: number
  readonly onTimes: (sample: Sample, times: number) => void
}

/**
 * Asks once more about each job that was done, and again where no answer came, until the limit.
 * @returns how many of them the producer said nothing about, or said that they were not done
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
        // It was done before, so the producer does not remember.
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
