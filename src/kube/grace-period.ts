import { type Budget, describeSum, requiredGraceMs } from '../core/budget.ts'
import { formatDuration } from '../core/duration.ts'
import type { LongestHook } from './pre-stop.ts'
import type { PlainObject } from './yaml/plain.ts'

/** Kubernetes' own default (`terminationGracePeriodSeconds`). */
const DEFAULT_GRACE_PERIOD_MS = 30_000

const key = 'terminationGracePeriodSeconds'

/** The grace period of a pod in milliseconds; undefined when it is none that Kubernetes takes. */
export function gracePeriodOf(podSpec: PlainObject): number | undefined {
  const seconds = podSpec[key] ?? DEFAULT_GRACE_PERIOD_MS / 1_000
  return Number.isInteger(seconds) && Number(seconds) >= 0 ? Number(seconds) * 1_000 : undefined
}

/** The parts that a grace period has to cover. */
export interface GraceInput {
  readonly budget: Budget
  readonly marginMs: number
  /** The longest hook of the other containers; it runs beside the sum. */
  readonly other: LongestHook | undefined
  /** The grace period of the flag; undefined without it. */
  readonly askedMs: number | undefined
}

/** A grace period, or the problems that prevent one. */
export interface ResolvedGrace {
  readonly gracePeriodMs: number
  readonly problems: readonly string[]
  readonly notes: readonly string[]
}

/**
 * A longer one stays, Kubernetes' default of 30 s as well; a shorter one would end the shutdown with SIGKILL.
 */
export function resolveGrace(podSpec: PlainObject, input: GraceInput): ResolvedGrace {
  const { budget, marginMs, other, askedMs } = input
  const isOther = other !== undefined && other.ms > requiredGraceMs(budget)
  const neededMs = isOther ? other.ms : requiredGraceMs(budget)
  const wantedMs = Math.ceil((neededMs + marginMs) / 1_000) * 1_000
  const what = isOther
    ? `the preStop hook of container ${other.container} takes ${formatDuration(other.ms)}`
    : describeSum(budget)
  const sum = `${what}, and a margin of ${formatDuration(marginMs)} on top`
  const problems: string[] = []
  if (askedMs !== undefined && askedMs < wantedMs) {
    const remedy = 'SIGKILL would end the rest; raise it, or lower one of the parts'
    problems.push(`--grace-period is ${formatDuration(askedMs)}, and ${sum}: ${remedy}`)
  }
  const leastMs = Math.max(wantedMs, askedMs ?? 0)
  const givenMs = gracePeriodOf(podSpec)
  if (givenMs === undefined) {
    problems.push(`${key} is ${JSON.stringify(podSpec[key])}, wanted whole seconds such as 30`)
    return { gracePeriodMs: leastMs, problems, notes: [] }
  }
  const isRaised = (podSpec[key] ?? undefined) !== undefined && givenMs < leastMs
  const raised = `${key} was ${givenMs / 1_000} and becomes ${leastMs / 1_000}: ${sum}`
  return { gracePeriodMs: Math.max(givenMs, leastMs), problems, notes: isRaised ? [raised] : [] }
}
