import { slowReader } from '../src/load/lanes/slow-reader/slow-reader.ts'
import type { PodRecord } from '../src/rollout/pod-record.ts'
import type { Outcome } from './scenario.ts'
import { type Judgement, judgeSpared, replacedIn } from './verdict.ts'

/** A drain that has nothing to wait for takes some milliseconds. */
const WAITED_MS = 500

/**
 * Judges a run with slow readers, at a rate that is too low to see an outage. As many drains as there were
 * restarts have to have waited: an answer was in flight, or its last bytes were in the send buffer.
 */
export function judgeTails(outcome: Outcome): Judgement {
  const { run, scenario } = outcome
  const drains = replacedIn(run).map(({ report }) => drainOf(report))
  const waited = drains.filter((ms) => ms >= WAITED_MS).length
  const problem = `${waited} of ${drains.length} drains waited for a slow reader, wanted ${scenario.restarts}`
  return {
    problems: [...judgeSpared(outcome).problems, ...(waited >= scenario.restarts ? [] : [problem])],
    doubts: [],
  }
}

/** How long everything that had begun took from the begin of the drain on. Milliseconds. */
function drainOf(report: PodRecord['report']): number {
  const msOf = (name: string): number => report?.events.find(({ event }) => event === name)?.ms ?? Number.NaN
  return msOf('connectionsDrained') - msOf('shutdownDelayElapsed')
}

/** The control of {@link judgeTails}: slow readers have to lose the rest of an answer that had begun. */
export function judgeTailControl({ run }: Outcome): Judgement {
  const slow = run.load.failures.filter(({ lane }) => lane === slowReader.name)
  const isCut = slow.some(({ error, status }) => status === 200 && error?.stage === 'body')
  const problem = `none of the ${slow.length} failures of slow readers cut an answer: this test cannot see a lost tail`
  return { problems: isCut ? [] : [problem], doubts: [] }
}
