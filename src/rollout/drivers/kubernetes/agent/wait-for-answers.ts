import { setTimeout as sleep } from 'node:timers/promises'
import type { LoadOptions } from '../../../../load/load-options.ts'
import { selfTest, type SelfTestResult } from '../../../../load/self-test.ts'
import type { AgentJob } from './protocol.ts'

/** How long the Service may take to answer for the first time, and how often it is asked. Milliseconds. */
const START_TIMEOUT_MS = 30_000
const START_RETRY_MS = 500

/**
 * Tests each lane. The Service may need a moment until it sends to this node's pods; what answers wrongly is
 * said at once.
 */
export async function waitForAnswers(
  load: LoadOptions,
  target: AgentJob['target'],
  signal: AbortSignal,
): Promise<SelfTestResult> {
  const untilMs = performance.now() + START_TIMEOUT_MS
  for (;;) {
    const result = await selfTest(load, target)
    const isFinal = result.problems.some(({ unreachable }) => !unreachable)
    if (result.problems.length === 0 || isFinal || signal.aborted || performance.now() > untilMs)
      return result
    await sleep(START_RETRY_MS, undefined, { signal }).catch(() => undefined)
  }
}
