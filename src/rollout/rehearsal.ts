import { setTimeout as sleep } from 'node:timers/promises'
import { LastcallError } from '../core/errors.ts'
import { type RunningLoad, startLoad } from '../load/engine.ts'
import type { LeftOutLane } from '../load/load-record.ts'
import { type LoadOptions, withoutLanes } from '../load/load-options.ts'
import type { LaneTotals } from '../load/recorder.ts'
import { readClocks } from '../load/sample.ts'
import { refuseSelfTest, selfTest } from '../load/self-test.ts'
import { createLocalDriver, type LocalDriver } from './drivers/local/driver.ts'
import type { LocalOptions } from './drivers/local/local-options.ts'
import type { PodRecord } from './pod-record.ts'
import { joinPhases, type PhaseName, type PhaseRecord } from './phases.ts'
import type { RehearsalFacts } from './rehearsal-facts.ts'
import { createTimeline, type Timeline, type TimelineEvent } from './timeline.ts'

/** What to rehearse. */
export interface RehearsalOptions extends LocalOptions {
  readonly load: LoadOptions
  /** How often every pod is replaced, at least. */
  readonly restarts: number
  /** Rollouts are repeated until this much time is over; undefined for no more than `restarts`. */
  readonly durationMs: number | undefined
  readonly baselineMs: number
  readonly coolDownMs: number
}

/** A rehearsal that runs. */
export interface Rehearsal {
  /**
   * Rejects with `LASTCALL_APP_NOT_READY` or `LASTCALL_SELF_TEST`, or with the signal's reason; whatever it
   * does, no pod is left.
   */
  readonly finished: Promise<RehearsalFacts>
  phase(): PhaseName
  pods(): readonly PodRecord[]
  /** Totals of the load by lane so far; none before it began. */
  load(): readonly LaneTotals[]
  /** Kills every pod synchronously; for the moment in which this process ends. */
  killAll(): void
}

/**
 * Rolls the application over under load:
 * start -> self-test -> baseline -> (rollout -> drain, until every old pod is gone) repeated -> cool-down.
 */
export function startRehearsal(
  options: RehearsalOptions,
  onEvent: (event: TimelineEvent) => void,
  signal: AbortSignal,
): Rehearsal {
  const timeline = createTimeline(onEvent)
  const driver = createLocalDriver(options, timeline)
  const phases = trackPhases(timeline)
  let load: RunningLoad | undefined
  let restarts = 0
  let stuck: string | undefined
  const startedAt = readClocks()

  const roll = async (): Promise<void> => {
    const untilMs = performance.now() + (options.durationMs ?? 0)
    do {
      phases.begin('rollout')
      restarts++
      try {
        await orAborted(driver.restart(), signal)
      } catch (error) {
        // A pod that does not become ready stops a real rollout as well; what it did to requests until then is the result.
        if (!(error instanceof LastcallError)) throw error
        stuck = error.problems.join('\n')
      }
      phases.begin('drain')
      await orAborted(driver.oldPodsGone(), signal)
    } while (stuck === undefined && (restarts < options.restarts || performance.now() < untilMs))
  }
  const rehearse = async (): Promise<RehearsalFacts> => {
    phases.begin('start')
    await orAborted(driver.start(), signal)
    phases.begin('self-test')
    const leftOut = await orAborted(testEveryPod(options.load, driver), signal)
    phases.begin('baseline')
    load = startLoad(withoutLanes(options.load, leftOut), { pickTarget: () => driver.pickTarget(), leftOut })
    await sleep(options.baselineMs, undefined, { signal })
    await roll()
    phases.begin('cool-down')
    await sleep(options.coolDownMs, undefined, { signal })
    await orAborted(load.stop(), signal)
    phases.end()
    const endedAt = readClocks()
    await driver.stop()
    return {
      startedAt: new Date(startedAt.wallMs).toISOString(),
      endedAt: new Date(endedAt.wallMs).toISOString(),
      durationMs: endedAt.monotonicMs - startedAt.monotonicMs,
      replicas: options.replicas,
      restarts,
      phases: phases.records(),
      load: joinPhases([load.record()], phases.records()),
      pods: driver.pods(),
      timeline: timeline.events,
      ...(stuck !== undefined && { stuck }),
    }
  }
  const run = async (): Promise<RehearsalFacts> => {
    try {
      return await rehearse()
    } finally {
      load?.abandon()
      await driver.stop()
    }
  }
  return {
    finished: run(),
    phase: phases.current,
    pods: () => driver.pods(),
    load: () => load?.totals() ?? [],
    killAll: () => driver.killAll(),
  }
}

/** Returns the lanes that cannot run, of all pods together. */
async function testEveryPod(load: LoadOptions, driver: LocalDriver): Promise<readonly LeftOutLane[]> {
  const found = await Promise.all(driver.targets().map((target) => selfTest(load, target)))
  const leftOut = new Map(found.flatMap((result) => result.leftOut).map((lane) => [lane.lane, lane]))
  refuseSelfTest(
    load,
    found.flatMap((result) => result.problems.map(({ sentence }) => sentence)),
    [...leftOut.values()],
  )
  return [...leftOut.values()]
}

/** The promise, or a rejection with the signal's reason when that comes first. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason as Error)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

interface PhaseTracker {
  begin(name: PhaseName): void
  end(): void
  current(): PhaseName
  records(): readonly PhaseRecord[]
}

function trackPhases(timeline: Timeline): PhaseTracker {
  const records: PhaseRecord[] = []
  let name: PhaseName = 'start'
  let startedAt = readClocks()
  const end = (): void => {
    records.push({ name, startedAt, endedAt: readClocks() })
  }
  return {
    begin(next) {
      if (next !== 'start') end()
      name = next
      startedAt = timeline.record('phase-started', { detail: next })
    },
    end,
    current: () => name,
    records: () => records,
  }
}
