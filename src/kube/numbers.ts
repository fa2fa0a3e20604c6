import { type Budget, describeSum, requiredGraceMs } from '../core/budget.ts'
import * as defaults from '../core/defaults.ts'
import { formatDuration } from '../core/duration.ts'
import { durationOf, probePortOf } from './environment.ts'
import { type PreStop, preStopOf } from './pre-stop.ts'
import type { PlainObject } from './yaml/plain.ts'

/** Numbers that were asked for; the rest comes from the manifest, then from the defaults. */
export interface AskedNumbers {
  readonly preStopMs?: number | undefined
  readonly shutdownDelayMs?: number | undefined
  readonly readinessFailDelayMs?: number | undefined
  readonly drainTimeoutMs?: number | undefined
  readonly hooksTimeoutMs?: number | undefined
  readonly marginMs?: number | undefined
  readonly gracePeriodMs?: number | undefined
  readonly probePort?: number | undefined
}

/** The numbers of one pod, as the chart computes them. */
export interface Numbers extends Budget {
  readonly readinessFailDelayMs: number
  readonly marginMs: number
  readonly gracePeriodMs: number
  /** False where the manifest wants no probe server. */
  readonly probePort: number | false
}

/** A pod and its container, with what is asked for it. */
export interface NumbersInput {
  readonly podSpec: PlainObject
  readonly container: PlainObject
  readonly isJob: boolean
  readonly asked: AskedNumbers
}

/** Kubernetes' own default (`terminationGracePeriodSeconds`). */
export const DEFAULT_GRACE_PERIOD_MS = 30_000
/** As in the chart: time between the last deadline of the process and SIGKILL. */
export const DEFAULT_MARGIN_MS = 3_000
/** As in the chart. */
export const DEFAULT_PRE_STOP_MS = 5_000
/** As in the chart: after a preStop sleep only keep-alive connections have to turn over. */
export const DEFAULT_SHUTDOWN_DELAY_AFTER_PRE_STOP_MS = 2_000

/** Numbers, or what stands in their way. */
export interface ResolvedNumbers {
  readonly numbers: Numbers
  readonly problems: readonly string[]
  readonly notes: readonly string[]
}

/** The numbers of a pod: what was asked for, else what the manifest says, else the defaults of the chart. */
export function resolveNumbers({ podSpec, container, isJob, asked }: NumbersInput): ResolvedNumbers {
  const problems: string[] = []
  const notes: string[] = []
  const fromEnv = (name: string, askedMs: number | undefined, fallbackMs: number): number => {
    const found = durationOf(container, name)
    const isUnreadable = typeof found === 'string' && (askedMs === undefined || found.includes('valueFrom'))
    if (isUnreadable) problems.push(found)
    return askedMs ?? (typeof found === 'number' ? found : fallbackMs)
  }
  const preStopMs = resolvePreStop(preStopOf(container), asked.preStopMs, {
    fallbackMs: () => fromEnv('LASTCALL_PRE_STOP', undefined, isJob ? 0 : DEFAULT_PRE_STOP_MS),
    problems,
  })
  const delayMs =
    preStopMs > 0
      ? DEFAULT_SHUTDOWN_DELAY_AFTER_PRE_STOP_MS
      : defaults.DEFAULT_SHUTDOWN_DELAY_IN_KUBERNETES_MS
  const budget: Budget = {
    preStopMs,
    shutdownDelayMs: fromEnv('LASTCALL_SHUTDOWN_DELAY', asked.shutdownDelayMs, isJob ? 0 : delayMs),
    drainTimeoutMs: fromEnv(
      'LASTCALL_DRAIN_TIMEOUT',
      asked.drainTimeoutMs,
      defaults.DEFAULT_DRAIN_TIMEOUT_MS,
    ),
    hooksTimeoutMs: fromEnv(
      'LASTCALL_HOOKS_TIMEOUT',
      asked.hooksTimeoutMs,
      defaults.DEFAULT_HOOKS_TIMEOUT_MS,
    ),
  }
  const marginMs = asked.marginMs ?? DEFAULT_MARGIN_MS
  const gracePeriodMs = resolveGrace(podSpec, { budget, marginMs, asked, problems, notes })
  const readinessFailDelayMs = fromEnv('LASTCALL_READINESS_FAIL_DELAY', asked.readinessFailDelayMs, 0)
  const probePort = resolveProbePort(container, asked.probePort, problems)
  return { numbers: { ...budget, marginMs, gracePeriodMs, readinessFailDelayMs, probePort }, problems, notes }
}

/** The grace period of a pod in milliseconds; undefined when it is none that Kubernetes takes. */
export function gracePeriodOf(podSpec: PlainObject): number | undefined {
  const seconds = podSpec['terminationGracePeriodSeconds'] ?? DEFAULT_GRACE_PERIOD_MS / 1_000
  return Number.isInteger(seconds) && Number(seconds) >= 0 ? Number(seconds) * 1_000 : undefined
}

interface PreStopDecision {
  readonly fallbackMs: () => number
  readonly problems: string[]
}

/**
 * A hook that is there stays, and its time counts; only the length of a `sleep` is changed when asked for.
 */
function resolvePreStop(
  hook: PreStop,
  askedMs: number | undefined,
  { fallbackMs, problems }: PreStopDecision,
): number {
  if (hook.how === 'none') return askedMs ?? fallbackMs()
  if (hook.how === 'unknown') {
    const said = `the preStop hook is ${hook.what}, and the manifest does not say how long it takes`
    if (askedMs === undefined)
      problems.push(`${said}: say it with --pre-stop, which leaves the hook as it is`)
    return askedMs ?? 0
  }
  const hookMs = hook.seconds * 1_000
  if (askedMs === undefined || askedMs === hookMs) return hookMs
  const contradiction = `the preStop hook sleeps ${formatDuration(hookMs)} and --pre-stop is ${formatDuration(askedMs)}`
  if (askedMs === 0)
    problems.push(`${contradiction}: take the hook out of the manifest, or leave out the flag`)
  if (hook.how === 'command') problems.push(`${contradiction}: change the command, or leave out the flag`)
  return askedMs
}

interface GraceDecision {
  readonly budget: Budget
  readonly marginMs: number
  readonly asked: AskedNumbers
  readonly problems: string[]
  readonly notes: string[]
}

/**
 * A longer one stays, Kubernetes' default of 30 s as well; a shorter one would end the shutdown with SIGKILL.
 */
function resolveGrace(podSpec: PlainObject, decision: GraceDecision): number {
  const { budget, marginMs, asked, problems, notes } = decision
  const key = 'terminationGracePeriodSeconds'
  const wantedMs = Math.ceil((requiredGraceMs(budget) + marginMs) / 1_000) * 1_000
  const sum = `${describeSum(budget)}, and a margin of ${formatDuration(marginMs)} on top`
  if (asked.gracePeriodMs !== undefined && asked.gracePeriodMs < wantedMs) {
    problems.push(
      `--grace-period is ${formatDuration(asked.gracePeriodMs)}, and ${sum}: SIGKILL would end the rest; raise it, or lower one of the parts`,
    )
  }
  const leastMs = Math.max(wantedMs, asked.gracePeriodMs ?? 0)
  const givenMs = gracePeriodOf(podSpec)
  if (givenMs === undefined) {
    problems.push(`${key} is ${JSON.stringify(podSpec[key])}, wanted whole seconds such as 30`)
    return leastMs
  }
  const isWritten = podSpec[key] !== undefined && podSpec[key] !== null
  if (isWritten && givenMs < leastMs) {
    notes.push(`${key} was ${givenMs / 1_000} and becomes ${leastMs / 1_000}: ${sum}`)
  }
  return Math.max(givenMs, leastMs)
}

function resolveProbePort(
  container: PlainObject,
  asked: number | undefined,
  problems: string[],
): number | false {
  const found = probePortOf(container)
  if (typeof found === 'string') {
    if (asked === undefined || found.includes('valueFrom')) problems.push(found)
    return asked ?? defaults.DEFAULT_PROBE_PORT
  }
  return asked ?? found ?? defaults.DEFAULT_PROBE_PORT
}
