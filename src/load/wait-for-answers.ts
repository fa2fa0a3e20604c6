import { lookup } from 'node:dns/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { noChanges } from './lane-changes.ts'
import { sendsToPods } from './lanes/index.ts'
import type { LoadOptions } from './load-options.ts'
import type { Target } from './sample.ts'
import { selfTest, type SelfTestResult } from './self-test.ts'

/** Interval between attempts to reach a target. Milliseconds. */
const RETRY_MS = 500

/** The answers of a target. */
export interface Answers extends SelfTestResult {
  /** The target, with its host resolved to an address. */
  readonly target: Target
}

/**
 * Tests each lane until the target answers, because the target may need a moment to start. A wrong answer is
 * reported at once.
 */
export async function waitForAnswers(
  load: LoadOptions,
  target: Target,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Answers> {
  const untilMs = performance.now() + timeoutMs
  for (;;) {
    const answers = await ask(load, target)
    const isFinal = answers.problems.some(({ unreachable }) => !unreachable)
    const isOver = isFinal || signal.aborted || performance.now() > untilMs
    if (answers.problems.length === 0 || isOver) return answers
    await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined)
  }
}

async function ask(load: LoadOptions, target: Target): Promise<Answers> {
  let found: Target
  try {
    // Resolved only once: a lookup for every connection would measure the DNS, and the address of a Service
    // does not change.
    found = { ...target, host: (await lookup(target.host)).address }
  } catch (error) {
    const flag = sendsToPods(load.lanes) ? '--url' : '--jobs-url'
    const sentence = `${flag}: '${target.host}' cannot be looked up (${(error as Error).message})`
    return { ...noChanges, problems: [{ unreachable: true, sentence }], target }
  }
  return { ...(await selfTest(load, found)), target: found }
}
