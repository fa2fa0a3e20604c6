import { sendsToPods } from '../load/lanes/index.ts'
import { newConnections } from '../load/lanes/new-connections/new-connections.ts'
import type { PhasedLoad } from './phases.ts'
import { jobDoubts } from './job-power.ts'
import { smallestOutageMs, WANTED_OUTAGE_MS, wantedRate } from './power.ts'
import { rolloutRate } from './rollout-phases.ts'
import type { RunFacts } from './run-facts.ts'

/** A job that is enqueued a second late still counts. Milliseconds. */
const LONG_STALL_MS = 1_000

/** Whether a run tests listeners, which could have an outage. */
function isAboutListeners({ lanes }: PhasedLoad): boolean {
  return lanes.length === 0 || sendsToPods(lanes.map(({ lane }) => lane))
}

/** The shortest stall of the load generator that counts against this run, in milliseconds. */
export function watchedStallMs({ load }: Pick<RunFacts, 'load'>): number {
  return isAboutListeners(load) ? WANTED_OUTAGE_MS : LONG_STALL_MS
}

/**
 * The shortest outage of a listener that a run can detect. Infinity without new connections. Milliseconds.
 */
export function visibleOutageMs(facts: RunFacts): number {
  const lane = facts.load.lanes.find(({ lane: name }) => name === newConnections.name)
  return lane ? smallestOutageMs(rolloutRate(facts, lane), endpointsOf(facts)) : Infinity
}

/** How many addresses the new connections are spread over while pods are replaced. */
function endpointsOf({ replicas, inPlace }: RunFacts): number {
  // During a surge the client node knows one pod more than the number of replicas.
  return inPlace === true ? 1 : replicas + 1
}

/** Outages that a run could have missed, one sentence each. `outageMs` is the shortest that it can detect. */
export function powerDoubts(facts: RunFacts, outageMs: number): readonly string[] {
  return [...(isAboutListeners(facts.load) ? outageDoubts(facts, outageMs) : []), ...jobDoubts(facts)]
}

function outageDoubts(facts: RunFacts, outageMs: number): readonly string[] {
  if (outageMs <= WANTED_OUTAGE_MS) return []
  const lanes = facts.load.lanes.map(({ lane }) => lane)
  if (!lanes.includes(newConnections.name)) {
    return ['without the lane new-connections an outage of the listener would not be seen; add it to --lanes']
  }
  const seen = Number.isFinite(outageMs) ? `${Math.ceil(outageMs)} ms` : 'any length'
  return [
    `too few new connections: an outage shorter than ${seen} could have been missed ` +
      `(wanted: ${WANTED_OUTAGE_MS} ms with 99 %); ${moreConnections(facts)}`,
  ]
}

/** Suggests how to get more new connections: the requested rate may have been enough. */
function moreConnections(facts: RunFacts): string {
  const { ratePerSecond } = facts
  if (ratePerSecond < wantedRate(endpointsOf(facts))) return 'raise --rate'
  return `the load generator did not keep up with --rate ${ratePerSecond}: use a quieter machine or fewer --lanes`
}
