import type { Budget } from '../core/budget.ts'
import * as defaults from '../core/defaults.ts'
import type { Container } from './containers.ts'
import { durationOf, probePortOf } from './environment.ts'
import { resolveGrace } from './grace-period.ts'
import { hasSleepAction, type KubeVersion } from './kube-version.ts'
import { longestHookOf, preStopOf } from './pre-stop.ts'
import { namesNoPort } from './probe-port.ts'
import { DEFAULT_SHUTDOWN_DELAY_AFTER_PRE_STOP_MS, resolvePreStop } from './resolve-pre-stop.ts'
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
  /** The oldest Kubernetes that the pod runs on; undefined for a current one. */
  readonly kubeVersion?: KubeVersion | undefined
}

/** The numbers of one pod, as the chart computes them. */
export interface Numbers extends Budget {
  readonly readinessFailDelayMs: number
  readonly marginMs: number
  readonly gracePeriodMs: number
  /** False where nothing asks a probe server: in jobs, and where the manifest wants none. */
  readonly probePort: number | false
}

/** A pod and its container, with what is asked for it. */
export interface NumbersInput {
  readonly podSpec: PlainObject
  readonly container: PlainObject
  /** The other containers that run as long as the pod. */
  readonly others: readonly Container[]
  readonly isJob: boolean
  readonly asked: AskedNumbers
}

/** As in the chart: time between the last deadline of the process and SIGKILL. */
const DEFAULT_MARGIN_MS = 3_000
/** As in the chart. */
const DEFAULT_PRE_STOP_MS = 5_000

/** Numbers, or the problems that prevent them. */
export interface ResolvedNumbers {
  readonly numbers: Numbers
  readonly problems: readonly string[]
  readonly notes: readonly string[]
}

/** The numbers of a pod: what was asked for, else what the manifest says, else the defaults of the chart. */
export function resolveNumbers(input: NumbersInput): ResolvedNumbers {
  const { podSpec, container, others, asked } = input
  const problems: string[] = []
  const read = (name: string, askedMs?: number): number | undefined => {
    if (askedMs !== undefined) return askedMs
    const found = durationOf(container, name)
    if (typeof found === 'string') problems.push(found)
    return typeof found === 'number' ? found : undefined
  }
  const wait = resolveWait(input, { read, problems })
  const budget: Budget = {
    preStopMs: wait.preStopMs,
    shutdownDelayMs: wait.shutdownDelayMs,
    drainTimeoutMs: read('LASTCALL_DRAIN_TIMEOUT', asked.drainTimeoutMs) ?? defaults.DEFAULT_DRAIN_TIMEOUT_MS,
    hooksTimeoutMs: read('LASTCALL_HOOKS_TIMEOUT', asked.hooksTimeoutMs) ?? defaults.DEFAULT_HOOKS_TIMEOUT_MS,
  }
  const marginMs = asked.marginMs ?? DEFAULT_MARGIN_MS
  const grace = resolveGrace(podSpec, {
    budget,
    marginMs,
    other: longestHookOf(others),
    askedMs: asked.gracePeriodMs,
  })
  const probePort = resolveProbePort(input, problems)
  const { readinessFailDelayMs } = wait
  return {
    numbers: { ...budget, marginMs, gracePeriodMs: grace.gracePeriodMs, readinessFailDelayMs, probePort },
    problems: [...problems, ...(problems.length > 0 ? [] : waitProblems(input, wait)), ...grace.problems],
    notes: grace.notes,
  }
}

/** As in the chart. Nobody sends requests to a worker, and zeros of the manifest were somebody's decision. */
function waitProblems({ container, isJob, asked }: NumbersInput, wait: Wait): readonly string[] {
  const isAsked = asked.preStopMs === 0 || asked.shutdownDelayMs === 0
  const waits = wait.preStopMs + wait.shutdownDelayMs > 0
  if (waits || !isAsked || isJob || namesNoPort(container)) return []
  const harm = 'the listeners close while clients are still sent to this pod, and their requests fail'
  const remedy = 'raise --shutdown-delay to 5s or more, or leave out --pre-stop'
  return [`the preStop hook and the shutdown delay are both 0s, so ${harm}: ${remedy}`]
}

type Wait = Pick<Numbers, 'preStopMs' | 'shutdownDelayMs' | 'readinessFailDelayMs'>

interface Reading {
  /** The value of the flag, else that of the variable. */
  readonly read: (name: string, askedMs?: number) => number | undefined
  readonly problems: string[]
}

/**
 * How long everything is served before the listeners close. The server takes over the sleep of a hook that an
 * old cluster does not have, so all moments after the deletion stay what they are. Without a hook readiness
 * stays green as long: kube-proxy sends to a terminating pod only while its probe passes (KEP-1669).
 */
function resolveWait({ container, isJob, asked }: NumbersInput, { read, problems }: Reading): Wait {
  const hook = preStopOf(container)
  const saidMs = asked.shutdownDelayMs === undefined ? read('LASTCALL_SHUTDOWN_DELAY') : undefined
  const { wantedMs, problems: inTheWay } = resolvePreStop(hook, {
    askedMs: asked.preStopMs,
    kubeVersion: asked.kubeVersion,
    saidMs: () => read('LASTCALL_PRE_STOP'),
    shutdownDelayMs: asked.shutdownDelayMs ?? saidMs,
    defaultMs: isJob ? 0 : DEFAULT_PRE_STOP_MS,
  })
  for (const problem of inTheWay) problems.push(problem)
  const takenOverMs = hook.how === 'none' && !hasSleepAction(asked.kubeVersion) ? wantedMs : 0
  const preStopMs = wantedMs - takenOverMs
  const afterMs =
    wantedMs > 0 ? DEFAULT_SHUTDOWN_DELAY_AFTER_PRE_STOP_MS : defaults.DEFAULT_SHUTDOWN_DELAY_IN_KUBERNETES_MS
  const shutdownDelayMs = asked.shutdownDelayMs ?? (saidMs ?? (isJob ? 0 : afterMs)) + takenOverMs
  const saidReadyMs =
    asked.readinessFailDelayMs === undefined ? read('LASTCALL_READINESS_FAIL_DELAY') : undefined
  // A manifest may have a shorter one from an earlier patch, with another shutdown delay.
  const leastReadyMs = preStopMs > 0 ? 0 : shutdownDelayMs
  const readinessFailDelayMs =
    asked.readinessFailDelayMs ?? Math.max(leastReadyMs, (saidReadyMs ?? 0) + takenOverMs)
  return { preStopMs, shutdownDelayMs, readinessFailDelayMs }
}

function resolveProbePort({ container, isJob, asked }: NumbersInput, problems: string[]): number | false {
  const fallback = isJob ? false : defaults.DEFAULT_PROBE_PORT
  if (asked.probePort !== undefined) return asked.probePort
  const found = probePortOf(container)
  if (typeof found === 'string') problems.push(found)
  return typeof found === 'string' ? fallback : (found ?? fallback)
}
