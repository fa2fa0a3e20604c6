import { mostAfterLoadMs } from '../../../load/lanes/jobs/jobs.ts'
import type { LoadOptions } from '../../../load/load-options.ts'
import type { OwnRun } from './agent/protocol.ts'

/** The agent's grace period beside what is outstanding. */
const LEAST_GRACE_SECONDS = 30

/** Nobody moves the deadline of an agent that runs alone: it has to be enough for the slowest run. */
export function secondsOf(run: OwnRun): number {
  const { baselineMs, coolDownMs, durationMs, restarts, rolloutTimeoutMs } = run
  const rolloutsMs = Math.max(durationMs ?? 0, restarts * rolloutTimeoutMs) + rolloutTimeoutMs
  return Math.ceil((baselineMs + rolloutsMs + coolDownMs + outstandingMs(run.load)) / 1_000)
}

/** How long an agent may take to end: it stops sending, waits for what is outstanding, prints its sum. */
export function graceSecondsOf(load: LoadOptions): number {
  return LEAST_GRACE_SECONDS + Math.ceil(outstandingMs(load) / 1_000)
}

function outstandingMs({ timeoutMs, slowMs, jobs }: LoadOptions): number {
  return Math.max(timeoutMs + 2 * slowMs, jobs ? mostAfterLoadMs(jobs) : 0)
}
