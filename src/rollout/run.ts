import { setTimeout as sleep } from 'node:timers/promises'
import { LastcallError } from '../core/errors.ts'
import { type LoadOptions, withoutLeftOut } from '../load/load-options.ts'
import type { LoadRecord } from '../load/load-record.ts'
import type { LaneTotals } from '../load/recorder.ts'
import { type Instant, readClocks } from '../load/sample.ts'
import type { Driver, DriverLoad } from './driver.ts'
import { endsRun } from './ends-run.ts'
import type { FailureBudget } from './failure-budget.ts'
import { lockNotice } from './job-review.ts'
import { nothingSent } from './nothing-sent.ts'
import { orAborted } from './or-aborted.ts'
import { trackPhases } from './phase-tracker.ts'
import { joinPhases, type PhaseName } from './phases.ts'
import type { PodRecord } from './pod-record.ts'
import type { RunFacts } from './run-facts.ts'
import { createTimeline, type Timeline, type TimelineEvent } from './timeline.ts'
import type { TriggerName } from './trigger.ts'

/** What to do with the pods of a driver. */
export interface RunOptions {
  readonly load: LoadOptions
  /** How the driver makes pods go away; undefined: `restart`. */
  readonly trigger?: TriggerName
  /** Whether the driver restarts one process in place. Default: false */
  readonly inPlace?: boolean
  /** Minimum number of times to replace every pod. */
  readonly restarts: number
  /**
   * Rollouts repeat until this time is over; undefined: only `restarts` of them. With the trigger `none` it
   * is the time for which the pods are observed.
   */
  readonly durationMs: number | undefined
  /**
   * Duration of the load before the first rollout. With the trigger `none` it ends with the first change of a
   * pod.
   */
  readonly baselineMs: number
  readonly coolDownMs: number
  /** Failures that do not fail the run; undefined: no request may fail. */
  readonly budgets?: readonly FailureBudget[]
}

/** A run in progress. */
export interface Run {
  /**
   * Resolves when the driver has stopped, even after an interruption, a failure of the cluster or the loss of
   * the agent under load. Rejects with problems from before the load; the driver then leaves nothing behind.
   */
  readonly finished: Promise<RunFacts>
  /**
   * Ends the run now; `finished` resolves with the facts so far. Nothing counts after this call, so the end
   * of the pods causes no failures. The first call wins.
   */
  interrupt(by: string): void
  phase(): PhaseName
  pods(): readonly PodRecord[]
  /** Totals of the load by lane so far; empty before it began. */
  load(): readonly LaneTotals[]
  /** Changes that are not undone, and the remedy, one sentence each. */
  leftBehind(): readonly string[]
  /** Kills every pod synchronously, for the exit of this process. */
  killAll(): void
}

/**
 * Rolls an application out under load: start -> self-test -> baseline -> (rollout -> drain, until every old
 * pod is gone) repeated -> cool-down. With the trigger `none` the rollout begins with the first change of a
 * pod, and is left out without one.
 */
export function startRun(
  options: RunOptions,
  openDriver: (timeline: Timeline) => Driver,
  onEvent: (event: TimelineEvent) => void,
): Run {
  const { trigger = 'restart' } = options
  let onChange: ((at: Instant) => void) | undefined
  const timeline = createTimeline((event) => {
    if (isChange(event)) onChange?.(event.at)
    onEvent(event)
  })
  const driver = openDriver(timeline)
  const phases = trackPhases(timeline)
  const interruption = new AbortController()
  const { signal } = interruption
  const startedAt = readClocks()
  let load: DriverLoad | undefined
  let record: LoadRecord | undefined
  let restarts = 0
  let stuck: string | undefined
  let interruptedBy: string | undefined
  let isComplete = false

  const interrupt = (by: string): void => {
    interruptedBy ??= by
    interruption.abort()
  }
  const roll = async (): Promise<void> => {
    const untilMs = performance.now() + (options.durationMs ?? 0)
    do {
      phases.begin('rollout')
      restarts++
      try {
        await orAborted(driver.restart(), signal)
      } catch (error) {
        // A pod that does not become ready also stops a real rollout. The requests before that are the
        // result.
        if (endsRun(error) || !(error instanceof LastcallError)) throw error
        stuck = error.problems.join('\n')
      }
      phases.begin('drain')
      await orAborted(driver.oldPodsGone(), signal)
    } while (stuck === undefined && (restarts < options.restarts || performance.now() < untilMs))
  }
  const observe = async (): Promise<void> => {
    const { promise: changed, resolve } = Promise.withResolvers<Instant>()
    onChange = resolve
    const over = sleep(options.durationMs ?? 0, undefined, { signal })
    const changedAt = await Promise.race([changed, over])
    if (changedAt === undefined) return
    phases.begin('rollout', changedAt)
    await over
    phases.begin('drain')
    await orAborted(driver.oldPodsGone(), signal)
  }
  const steps = async (): Promise<void> => {
    phases.begin('start')
    await orAborted(driver.start(), signal)
    phases.begin('self-test')
    const changes = await orAborted(driver.selfTest(options.load), signal)
    load = await orAborted(driver.startLoad(withoutLeftOut(options.load, changes), changes), signal)
    phases.begin('baseline')
    if (trigger === 'none') await observe()
    else {
      await sleep(options.baselineMs, undefined, { signal })
      await roll()
    }
    phases.begin('cool-down')
    await sleep(options.coolDownMs, undefined, { signal })
    const waits = lockNotice(options.load)
    if (waits !== undefined) timeline.record('notice', { detail: waits })
    record = await orAborted(load.stop(), signal)
    isComplete = true
  }
  const breakOff = (error: unknown): void => {
    if (!load || !endsRun(error)) throw error
    // The requests so far are a result, and the pods are not to blame for the cluster or the agent.
    interrupt(error.problems.join(' '))
  }
  const run = async (): Promise<RunFacts> => {
    try {
      await steps()
    } catch (error) {
      if (!signal.aborted) breakOff(error)
    } finally {
      // Abandon first: requests that a killed pod loses now must not count.
      load?.abandon()
      phases.end()
      await driver.stop()
    }
    const endedAt = phases.records().at(-1)?.endedAt ?? startedAt
    const times = { startedAt: toIso(startedAt), endedAt: toIso(endedAt) }
    const leftBehind = driver.leftBehind()
    const unknown = driver.unknown()
    return {
      ...times,
      durationMs: endedAt.monotonicMs - startedAt.monotonicMs,
      replicas: driver.replicas(),
      trigger,
      restarts,
      ...kindOf(options),
      ratePerSecond: options.load.ratePerSecond,
      phases: phases.records(),
      load: joinPhases([record ?? load?.record() ?? nothingSent(times, options.load)], phases.records()),
      budgets: options.budgets ?? [],
      pods: driver.pods(),
      timeline: timeline.events,
      ...(stuck !== undefined && { stuck }),
      ...(!isComplete && interruptedBy !== undefined && { interruptedBy }),
      ...(leftBehind.length > 0 && { leftBehind }),
      ...(unknown.length > 0 && { unknown }),
    }
  }
  return {
    finished: run(),
    interrupt,
    phase: phases.current,
    pods: () => driver.pods(),
    load: () => load?.totals() ?? [],
    leftBehind: () => driver.leftBehind(),
    killAll: () => driver.killAll(),
  }
}

/** Every event of a pod counts as a change, except that it becomes ready. */
const isChange = ({ pod, kind }: TimelineEvent): boolean => pod !== undefined && kind !== 'pod-ready'

const kindOf = ({ inPlace }: RunOptions): Pick<RunFacts, 'inPlace'> => (inPlace ? { inPlace } : {})

const toIso = ({ wallMs }: Instant): string => new Date(wallMs).toISOString()
