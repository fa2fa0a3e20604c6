import type { LaneDocument } from '../load/load-document.ts'
import { isMisbehaved } from './pod-record.ts'
import { smallestHoleMs, WANTED_HOLE_MS } from './power.ts'
import type { RehearsalFacts } from './rehearsal-facts.ts'

/** What a run came to. `sentence` is the whole result in one line, `reasons` say what stands against it. */
export interface Verdict {
  readonly outcome: 'pass' | 'fail' | 'inconclusive'
  readonly exitCode: 0 | 1 | 3
  readonly sentence: string
  readonly reasons: readonly string[]
  /** The smallest hole that new connections would have met with 99 % certainty, in milliseconds; null when there were none. */
  readonly smallestHoleMs: number | null
}

/** Phases in which old pods go away: the time in which a hole can open. */
const rolloutPhases: readonly string[] = ['rollout', 'drain']

/** Judges a run: any failed request or misbehaved pod fails it; a run that could not have seen a hole is inconclusive, never passed. */
export function judgeRehearsal(facts: RehearsalFacts): Verdict {
  const hole = visibleHoleMs(facts)
  const against = [...failedReasons(facts), ...podReasons(facts)]
  const doubts = [...powerDoubts(facts, hole), ...generatorDoubts(facts)]
  const outcome = against.length > 0 ? 'fail' : doubts.length > 0 ? 'inconclusive' : 'pass'
  return {
    outcome,
    exitCode: outcome === 'pass' ? 0 : outcome === 'fail' ? 1 : 3,
    sentence: summarize(facts),
    reasons: [...against, ...doubts],
    smallestHoleMs: Number.isFinite(hole) ? hole : null,
  }
}

function summarize({ load, restarts, pods }: RehearsalFacts): string {
  const replaced = pods.filter((pod) => pod.deletedAt !== undefined).length
  return (
    `${count(load.failed)} failed of ${count(load.requests)} requests ` +
    `in ${plural(restarts, 'rollout')} (${plural(replaced, 'pod')} replaced)`
  )
}

function failedReasons({ load }: RehearsalFacts): readonly string[] {
  if (load.failed === 0) return []
  const before = load.lanes.reduce((sum, lane) => sum + (lane.phases['baseline']?.failed ?? 0), 0)
  const later = load.failed - before
  return [
    ...(before > 0
      ? [
          `${plural(before, 'request')} failed in the baseline, before anything was restarted: ` +
            `the application or this machine cannot take this load; mend that first, or lower --rate`,
        ]
      : []),
    ...(later > 0 ? [`${plural(later, 'request')} failed after the first restart began`] : []),
  ]
}

const mends = {
  'exit-code':
    'ended with an exit code that is not 0: its own output or report says what was cut off or what failed',
  'unhandled-signal':
    'had no handler for SIGTERM and ended at once; PID 1 of a container would ignore the signal instead, and be killed at the end of the grace period. Handle SIGTERM',
  killed:
    'did not end within the grace period after SIGTERM, which ends with SIGKILL: does the signal reach the application (no npm or sh in between), and is there a limit to its drain below the grace period?',
  crashed: 'ended without being asked to',
  'not-ready': 'did not become ready',
} as const

function podReasons({ pods, stuck }: RehearsalFacts): readonly string[] {
  const bad = pods.filter(isMisbehaved)
  const reasons = Object.entries(mends).flatMap(([ending, what]) => {
    const names = bad.filter((pod) => pod.ending === ending).map((pod) => pod.name)
    return names.length > 0 ? [`${names.join(', ')} ${what}`] : []
  })
  return stuck === undefined ? reasons : [...reasons, `the rollout could not be finished: ${stuck}`]
}

function visibleHoleMs(facts: RehearsalFacts): number {
  const lane = facts.load.lanes.find(({ lane: name }) => name === 'new-connections')
  const durationMs = facts.phases
    .filter(({ name }) => rolloutPhases.includes(name))
    .reduce((sum, phase) => sum + phase.endedAt.monotonicMs - phase.startedAt.monotonicMs, 0)
  if (!lane || durationMs <= 0) return Infinity
  // During a surge the client node knows one pod more than there are replicas.
  return smallestHoleMs((requestsIn(lane) * 1_000) / durationMs, facts.replicas + 1)
}

function requestsIn(lane: LaneDocument): number {
  return rolloutPhases.reduce((sum, phase) => sum + (lane.phases[phase]?.requests ?? 0), 0)
}

function powerDoubts(facts: RehearsalFacts, hole: number): readonly string[] {
  if (hole <= WANTED_HOLE_MS) return []
  const lanes = facts.load.lanes.map(({ lane }) => lane)
  if (!lanes.includes('new-connections')) {
    return [
      'without the lane new-connections a moment at which nobody accepts would not be seen; add it to --lanes',
    ]
  }
  const seen = Number.isFinite(hole) ? `${Math.ceil(hole)} ms` : 'any length'
  return [
    `too few new connections: a hole shorter than ${seen} could have been missed (wanted: ${WANTED_HOLE_MS} ms with 99 %); raise --rate`,
  ]
}

function generatorDoubts({ load }: RehearsalFacts): readonly string[] {
  const { ownFailures } = load.health
  if (ownFailures === 0) return []
  return [
    `${plural(ownFailures, 'request')} could not be sent for want of ports, file descriptors or memory on this machine; lower --rate or raise the limit (ulimit -n)`,
  ]
}

/** A number with separators, the same in every locale. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** `1 pod`, `3 pods`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`
}
