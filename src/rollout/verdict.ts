import { type Claim, generatorDoubts, stallsAgainst } from '../load/generator-doubts.ts'
import type { LoadDocument } from '../load/load-document.ts'
import type { Stall } from '../load/stall-watch.ts'
import { clockNotes } from './clock-notes.ts'
import { endings } from './endings.ts'
import { type JudgedFailures, judgeFailures } from './failed-reasons.ts'
import { count, plural } from './numbers.ts'
import { reviewDoubts, reviewNotes } from './job-review.ts'
import { operationNotes } from './operation-notes.ts'
import { plain } from './plain.ts'
import { isMisbehaved } from './pod-record.ts'
import { powerDoubts, visibleOutageMs, watchedStallMs } from './power-doubts.ts'
import { lateReadinessNotes, missingReportNotes, readinessNotes } from './readiness-notes.ts'
import { reportReasons } from './report-reasons.ts'
import type { RunFacts } from './run-facts.ts'
import { rolloutPhases } from './rollout-phases.ts'
import { sentWords } from './sent-words.ts'
import { wordsFor } from './trigger.ts'
import { countUnwatchedRestarts } from './watched-restarts.ts'

/** The result of a run. `sentence` sums it up in one line, and `reasons` say what counts against it. */
export interface Verdict {
  readonly outcome: 'pass' | 'fail' | 'inconclusive'
  readonly exitCode: 0 | 1 | 3
  readonly sentence: string
  readonly reasons: readonly string[]
  /** Facts that do not count against the run, such as requested checks that it could not do. */
  readonly notes: readonly string[]
  /**
   * The shortest outage that this run would have detected with 99 % confidence, in milliseconds: longer than
   * every stall of the load generator. Null without new connections, and when the generator did not do its
   * work.
   */
  readonly smallestOutageMs: number | null
  /** Number of restarts in which the load generator stalled so long that it could have missed an outage. */
  readonly unwatchedRestarts: number
}

/**
 * Judges a run. A failed request beyond its lane's budget or a misbehaved pod fails it, even if the load
 * generator stalled; the reasons then say how many failed requests were in progress during a stall. A run
 * that could not have seen an outage, whose generator did not do its work, or that was interrupted is
 * inconclusive, never passed.
 */
export function judgeRun(facts: RunFacts): Verdict {
  const claim = claimOf(facts)
  const visible = visibleOutageMs(facts)
  const outageMs = Math.max(visible, longerThan(stallsAgainst(facts.load, { ...claim, windowMs: 0 })))
  const failures = judgeFailures(facts, claim)
  const against = [...failures.reasons, ...podReasons(facts)]
  const generator = generatorDoubts(facts.load, claim)
  // An interrupted run reports only the interruption, not everything that is missing because of it.
  const interrupted = interruptionDoubts(facts)
  const idle = idleDoubts(facts)
  const blind = idle.length > 0 ? idle : powerDoubts(facts, visible)
  const doubts = interrupted.length > 0 ? interrupted : [...blind, ...generator, ...reviewDoubts(facts.load)]
  return {
    ...conclude(against.length > 0, doubts.length > 0),
    sentence: summarize(facts, failures),
    reasons: [...against, ...doubts],
    notes: [
      ...failures.notes,
      ...notesOn(facts.load),
      ...clockNotes(facts),
      ...readinessNotes(facts.pods),
      ...lateReadinessNotes(facts.pods),
      ...missingReportNotes(facts.pods),
      ...(facts.unknown ?? []),
    ],
    smallestOutageMs:
      Number.isFinite(outageMs) && [...interrupted, ...generator].length === 0 ? outageMs : null,
    unwatchedRestarts: countUnwatchedRestarts(facts),
  }
}

/**
 * A failure has precedence over a doubt, because it happened regardless of what else the run could not see.
 */
export function conclude(hasFailed: boolean, hasDoubts: boolean): Pick<Verdict, 'outcome' | 'exitCode'> {
  if (hasFailed) return { outcome: 'fail', exitCode: 1 }
  return hasDoubts ? { outcome: 'inconclusive', exitCode: 3 } : { outcome: 'pass', exitCode: 0 }
}

/** Reports which lanes sent other requests than their own, what was not sent, and why. */
export function notesOn(load: LoadDocument): readonly string[] {
  const { leftOut, fellBack, leftOutOperations } = load
  const alike = Map.groupBy(
    fellBack,
    ({ instead, reason }) => `sent ${instead.method} ${instead.path} instead: ${reason}`,
  )
  return [
    ...[...alike].map(([what, lanes]) => `${lanes.map(({ lane }) => lane).join(' and ')} ${what}`),
    ...leftOut.map(({ lane, reason }) => `the lane ${lane} was left out: ${reason}`),
    ...leftOutOperations.map(({ operation, reason }) => `the operation ${operation} was left out: ${reason}`),
    ...operationNotes(load),
    ...reviewNotes(load),
  ]
}

/** Shorter stalls only weaken the claim. A longer one also spoils the results of the other lanes. */
function claimOf(facts: RunFacts): Claim {
  const windows = facts.phases.filter(({ name }) => rolloutPhases.includes(name))
  return {
    windowMs: watchedStallMs(facts),
    beganAtMs: facts.phases[0]?.startedAt.wallMs ?? 0,
    covers: ({ at, ms }) =>
      windows.some(
        ({ startedAt, endedAt }) => at.wallMs < endedAt.wallMs && at.wallMs + ms > startedAt.wallMs,
      ),
  }
}

/** A whole number of milliseconds longer than all these stalls; 0 without any. */
function longerThan(stalls: readonly Stall[]): number {
  return stalls.reduce((most, { ms }) => Math.max(most, Math.floor(ms) + 1), 0)
}

function summarize(facts: RunFacts, { reasons }: JudgedFailures): string {
  const { load, restarts, pods, interruptedBy } = facts
  const replaced = pods.filter((pod) => pod.deletedAt !== undefined).length
  const { noun } = wordsFor(facts)
  const when = noun
    ? `in ${plural(restarts, ...noun)} (${plural(replaced, facts.inPlace ? 'generation' : 'pod')} replaced)`
    : `while the pods were only observed (${plural(replaced, 'pod')} went away)`
  const within = load.failed > 0 && reasons.length === 0 ? 'within the budget, ' : ''
  return (
    `${count(load.failed)} failed of ${sentWords(load.lanes, ({ requests }) => requests)} ${within}${when}` +
    (interruptedBy === undefined ? '' : `, ended early: ${interruptedBy}`)
  )
}

/** Without a change of the pods, nothing could have lost a request. */
function idleDoubts({ trigger, phases }: RunFacts): readonly string[] {
  if (trigger !== 'none' || phases.some(({ name }) => name === 'rollout')) return []
  return [
    'no pod came or went while the pods were observed: ' +
      'begin your change while this command runs, or give it more time with --duration',
  ]
}

function interruptionDoubts({ interruptedBy, phases }: RunFacts): readonly string[] {
  if (interruptedBy === undefined) return []
  const phase = phases.at(-1)?.name ?? 'start'
  return [
    `the run ended early in its phase ${phase} (${interruptedBy}): ` +
      'it says nothing about the time after that; run it again to its end',
  ]
}

function podReasons(facts: RunFacts): readonly string[] {
  const { pods, stuck } = facts
  const bad = pods.filter(isMisbehaved)
  const reasons = Object.entries(endings).flatMap(([ending, { happened, helps }]) => {
    const names = bad.filter((pod) => pod.ending === ending).map((pod) => pod.name)
    if (names.length === 0) return []
    return [plain(`${names.join(', ')} ${happened}${helps === undefined ? '' : `. What helps: ${helps}`}`)]
  })
  const [what] = wordsFor(facts).noun ?? ['rollout']
  const unfinished = stuck === undefined ? [] : [`the ${what} could not be finished: ${stuck}`]
  return [...reasons, ...reportReasons(pods), ...unfinished]
}
