import { ASK_AFTER_MS, ASK_AFTER_SHARE, JOB_LOST, PRODUCER_MS } from '../load/lanes/jobs/follow-job.ts'
import { jobs } from '../load/lanes/jobs/jobs.ts'
import { FACTOR_FOR_99_PERCENT } from './power.ts'
import type { PhasedLane } from './phases.ts'
import { loadRate, rolloutRate } from './rollout-phases.ts'
import type { RunFacts } from './run-facts.ts'

/**
 * Doubts whether the run could have seen a worker that drops its jobs; empty without any. With `n` jobs in
 * hand on average, the pods that went away had none with probability exp(-n) (Poisson). `n` follows from the
 * rate of jobs and their median duration (Little's law).
 */
export function jobDoubts(facts: RunFacts): readonly string[] {
  const lane = facts.load.lanes.find(({ lane: name }) => name === jobs.name)
  const gone = facts.pods.filter(({ deletedAt }) => deletedAt !== undefined).length
  // A problem that was seen was not missed.
  const isSeen = facts.load.failures.some(({ error }) => error?.code === JOB_LOST)
  if (!lane || gone === 0 || isSeen) return []
  if (lane.requests > 0 && lane.maxMs === 0) {
    return [
      'no job was done in this run: look whether a worker takes jobs, and whether --jobs-timeout is long enough',
    ]
  }
  // In a rollout of a few milliseconds, a single job would mean a rate of hundreds per second.
  const rate = Math.min(rolloutRate(facts, lane), loadRate(facts, lane))
  const inHand = (gone * rate * leastSeconds(lane)) / facts.replicas
  if (inHand >= FACTOR_FOR_99_PERCENT) return []
  return [
    `too few jobs, or too short ones: the pods that went away had about ${inHand.toFixed(1)} jobs in hand, so that ` +
      `a worker that drops its jobs could have been missed (wanted: ${FACTOR_FOR_99_PERCENT.toFixed(1)}, for 99 %); ` +
      'raise --jobs-rate or --restarts, or enqueue jobs that take longer',
  ]
}

/**
 * Lower bound of the median duration of a job. The producer is only asked now and then, and during the
 * producer's own time no worker has the job.
 */
function leastSeconds({ p50Ms: seenMs, requests, failed, counts }: PhasedLane): number {
  const p50Ms = seenMs - (counts[PRODUCER_MS] ?? 0) / Math.max(1, requests - failed)
  return Math.max(0, Math.min(p50Ms - ASK_AFTER_MS, p50Ms / (1 + ASK_AFTER_SHARE))) / 1_000
}
