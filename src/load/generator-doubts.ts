import type { LoadDocument } from './load-document.ts'
import { nounOf, rateFlagsOf } from './lane-words.ts'
import type { LaneName } from './sample.ts'
import type { Stall } from './stall-watch.ts'

/** The outages that a run claims to detect. */
export interface Claim {
  /** The shortest outage that the run claims to detect, in milliseconds. */
  readonly windowMs: number
  /** Whether the run looks for outages at the time of this stall. */
  readonly covers: (stall: Stall) => boolean
  /** Wall-clock milliseconds that count as zero for the times in the sentences. */
  readonly beganAtMs: number
}

/** Stalls of the generator that are as long as an outage that the run claims to detect. */
export function stallsAgainst({ health }: LoadDocument, { windowMs, covers }: Claim): readonly Stall[] {
  return health.stalls.filter((stall) => stall.ms >= windowMs && covers(stall))
}

/**
 * Reasons why the counts of a load prove less than they seem to, one sentence each; empty when the generator
 * did its work. A stalled generator sees no outage, and a request that was never sent cannot fail.
 */
export function generatorDoubts(load: LoadDocument, claim: Claim): readonly string[] {
  return [...stallDoubts(load, claim), ...unsentDoubts(load), ...ownDoubts(load), ...silentDoubts(load)]
}

function stallDoubts(load: LoadDocument, claim: Claim): readonly string[] {
  const flags = rateFlagsOf(namesOf(load.lanes))
  const stalls = stallsAgainst(load, claim)
  const [first] = stalls
  if (first === undefined) return []
  const longest = stalls.reduce((most, stall) => (stall.ms > most.ms ? stall : most), first)
  const seconds = ((longest.at.wallMs - claim.beganAtMs) / 1_000).toFixed(1)
  const times = stalls.length === 1 ? '' : `, the longest of ${stalls.length} stalls`
  const which = longest.generator === undefined ? '' : ` ${longest.generator} of ${load.generators}`
  return [
    `the load generator${which} stalled for ${Math.round(longest.ms)} ms at +${seconds} s${times}: ` +
      `it would have missed an outage of ${Math.ceil(claim.windowMs)} ms at that moment; ` +
      `use a quieter machine, a lower ${flags} or fewer --lanes`,
  ]
}

function unsentDoubts({ lanes, requests, health }: LoadDocument): readonly string[] {
  if (health.skipped === 0) return []
  const late = lanes.filter(({ skipped }) => skipped > 0)
  const byLane = late.map(({ lane, skipped }) => `${lane} ${skipped}`)
  const noun = nounOf(namesOf(lanes))
  return [
    `${health.skipped} of ${requests + health.skipped} planned ${noun}s were never sent (${byLane.join(', ')}): ` +
      'this machine was more than a second late, or too many answers were outstanding; ' +
      `lower ${rateFlagsOf(namesOf(late))} or use a quieter machine`,
  ]
}

function ownDoubts({ lanes, health }: LoadDocument): readonly string[] {
  const own = namesOf(lanes.filter((lane) => lane.own > 0))
  const noun = nounOf(own)
  const { ownFailures } = health
  if (ownFailures === 0) return []
  return [
    `${ownFailures} ${noun}${ownFailures === 1 ? '' : 's'} failed by this machine's own fault: no free port, ` +
      'file descriptor or memory, or a time-out that came due while the load generator stalled; ' +
      `lower ${rateFlagsOf(own)} or raise the limit (ulimit -n)`,
  ]
}

function silentDoubts({ lanes }: LoadDocument): readonly string[] {
  const silent = lanes.filter(({ requests }) => requests === 0).map(({ lane }) => lane)
  if (silent.length === 0) return []
  return [
    `no ${nounOf(silent)} of ${silent.join(', ')} ended in this run: it was too short to say anything about that`,
  ]
}

const namesOf = (lanes: LoadDocument['lanes']): readonly LaneName[] => lanes.map(({ lane }) => lane)
