import { mostAfterLoadMs } from '../../../load/lanes/jobs/jobs.ts'
import type { LoadOptions } from '../../../load/load-options.ts'
import type { OwnRun } from './agent/protocol.ts'

/** The agent's grace period, besides the time for outstanding requests. */
const LEAST_GRACE_SECONDS = 30

/** No process extends the deadline of an agent that runs alone, so it must cover the slowest run. */
export function secondsOf(run: OwnRun): number {
  const { baselineMs, coolDownMs, durationMs, restarts, rolloutTimeoutMs } = run
  const rolloutsMs = Math.max(durationMs ?? 0, restarts * rolloutTimeoutMs) + rolloutTimeoutMs
  return Math.ceil((baselineMs + rolloutsMs + coolDownMs + outstandingMs(run.load)) / 1_000)
}

/**
 * Longest time for the end of an agent: it stops sending, waits for outstanding requests and prints its sum.
 */
export function graceSecondsOf(load: LoadOptions): number {
  return LEAST_GRACE_SECONDS + Math.ceil(outstandingMs(load) / 1_000)
}

function outstandingMs({ timeoutMs, slowMs, jobs }: LoadOptions): number {
  return Math.max(timeoutMs + 2 * slowMs, jobs ? mostAfterLoadMs(jobs) : 0)
}
