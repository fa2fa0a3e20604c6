import { type Claim, stallsAgainst } from '../load/generator-doubts.ts'
import { nounOf, rateFlagsOf } from '../load/lane-words.ts'
import { budgetOf, describeAllowance, isWithinBudget, mostOf } from './failure-budget.ts'
import { count, plural } from './numbers.ts'
import type { PhasedLane, PhasedLoad } from './phases.ts'
import type { RunFacts } from './run-facts.ts'
import { sentWords } from './sent-words.ts'
import { wordsFor } from './trigger.ts'

/** The failures of a run, judged by their budgets. */
export interface JudgedFailures {
  /** Reasons why the run failed; empty when every lane stayed within its budget. */
  readonly reasons: readonly string[]
  /** Failures within a budget. */
  readonly notes: readonly string[]
}

/** Judges the failures of each lane by its budget. Without a budget, no request may fail. */
export function judgeFailures(facts: RunFacts, claim: Claim): JudgedFailures {
  const { load, budgets } = facts
  const failing = load.lanes.filter(({ failed }) => failed > 0)
  const within = failing.filter((lane) => isWithinBudget(budgets, lane))
  const over = failing.filter((lane) => !within.includes(lane))
  const sum = (lanes: readonly PhasedLane[], of: (lane: PhasedLane) => number): number =>
    lanes.reduce((total, lane) => total + of(lane), 0)
  const beforeIn = (lane: PhasedLane): number => lane.phases.baseline?.failed ?? 0
  const laterIn = (lane: PhasedLane): number => lane.failed - beforeIn(lane)
  const before = sum(over, beforeIn)
  const later = sum(over, laterIn)
  const names = over.map(({ lane }) => lane)
  const inStall = failuresInStalls(load, over, claim)
  const words = wordsFor(facts)
  const budgetText = (lane: PhasedLane): readonly string[] => {
    const allowance = budgetOf(budgets, lane.lane)
    if (allowance === undefined) return []
    const isOver = over.includes(lane)
    const most = 'percent' in allowance && isOver ? ` (${count(mostOf(allowance, lane.requests))})` : ''
    return [
      `${count(lane.failed)} of ${count(lane.requests)} failed in ${lane.lane}, ` +
        `${isOver ? 'over' : 'within'} its budget of ${describeAllowance(allowance)}${most}`,
    ]
  }
  return {
    notes: within.flatMap(budgetText),
    reasons: [
      ...over.flatMap(budgetText),
      ...(before > 0
        ? [
            `${sentWords(over, beforeIn)} failed in the baseline, before ${words.before}: ` +
              `the application or this machine cannot take this load; fix that first, or lower ${rateFlagsOf(names)}`,
          ]
        : []),
      ...(later > 0 ? [`${sentWords(over, laterIn)} failed after ${words.after}`] : []),
      ...(inStall > 0
        ? [
            `${plural(inStall, `of these ${nounOf(names)}s was`, `of these ${nounOf(names)}s were`)} under way while the load ` +
              'generator stalled, which may have caused the failure; repeat the run on a quieter machine',
          ]
        : []),
    ],
  }
}

function failuresInStalls(load: PhasedLoad, lanes: readonly PhasedLane[], claim: Claim): number {
  const stalls = stallsAgainst(load, { ...claim, covers: () => true })
  const names = lanes.map(({ lane }) => lane)
  return load.failures.filter(({ lane, startedAt, endMs }) => {
    const fromMs = startedAt.wallMs
    return (
      names.includes(lane) &&
      stalls.some(({ at, ms }) => at.wallMs < fromMs + endMs && at.wallMs + ms > fromMs)
    )
  }).length
}
