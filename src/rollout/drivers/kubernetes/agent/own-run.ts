import { startRun } from '../../../run.ts'
import { judgeRun } from '../../../verdict.ts'
import type { ApiClient } from '../api/client.ts'
import { createInsideDriver } from './inside-driver.ts'
import type { AgentJob, AgentMessage, OwnRun } from './protocol.ts'

/** Limit of failures in the log, to keep it small. */
const SAID_FAILURES = 1_000

/**
 * Does a whole run without the command line, for `kubectl apply`, and prints its verdict.
 * @returns the exit code of the verdict
 */
export async function runAlone(
  job: AgentJob,
  run: OwnRun,
  {
    api,
    say,
    signal,
  }: {
    readonly api: ApiClient
    readonly say: (message: AgentMessage, atMs?: number) => void
    readonly signal: AbortSignal
  },
): Promise<number> {
  const running = startRun(
    { ...run, durationMs: run.durationMs ?? undefined },
    (timeline) => createInsideDriver(job, run, { api, timeline, say }),
    ({ kind, detail = '', pod = '', at }) =>
      say({ type: 'progress', what: [pod, kind, detail].filter(Boolean).join(' ') }, at.wallMs),
  )
  signal.addEventListener('abort', () => running.interrupt('SIGTERM'), { once: true })
  const facts = await running.finished
  const verdict = judgeRun(facts)
  // Counts by phase, failures and pods. The agent has printed the timeline already.
  const { timeline, load, ...rest } = facts
  const failures = load.failures.slice(0, SAID_FAILURES)
  say({ type: 'run', events: timeline.length, facts: { ...rest, load: { ...load, failures } } })
  say({ type: 'verdict', ...verdict })
  return verdict.exitCode
}
