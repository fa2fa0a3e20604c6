import type { LoadDocument } from './load-document.ts'
import type { Stall } from './stall-watch.ts'

/** What a run claims to be able to see, and when. */
export interface Claim {
  /** The shortest outage that it claims to detect, in milliseconds. */
  readonly windowMs: number
  /** Whether an outage at that moment is what the run looks for. */
  readonly covers: (stall: Stall) => boolean
  /** Wall-clock milliseconds from which times are counted in the sentences. */
  readonly beganAtMs: number
}

/** Stalls of the generator that are as long as an outage which the run claims to detect. */
export function stallsAgainst({ health }: LoadDocument, { windowMs, covers }: Claim): readonly Stall[] {
  return health.stalls.filter((stall) => stall.ms >= windowMs && covers(stall))
}

/**
 * Why the counts of a load say less than they seem to, one sentence each; empty when the generator did its
 * work. A stalled generator sees no outage, and what was never sent could not fail.
 */
export function generatorDoubts(load: LoadDocument, claim: Claim): readonly string[] {
  return [...stallDoubts(load, claim), ...unsentDoubts(load), ...ownDoubts(load), ...silentDoubts(load)]
}

function stallDoubts(load: LoadDocument, claim: Claim): readonly string[] {
  const stalls = stallsAgainst(load, claim)
  const [first] = stalls
  if (first === undefined) return []
  const longest = stalls.reduce((most, stall) => (stall.ms > most.ms ? stall : most), first)
  const seconds = ((longest.at.wallMs - claim.beganAtMs) / 1_000).toFixed(1)
  const times = stalls.length === 1 ? '' : `, the longest of ${stalls.length} stalls`
  const which = longest.generator === undefined ? '' : ` ${longest.generator} of ${load.generators}`
  return [
    `the load generator${which} stalled for ${Math.round(longest.ms)} ms at +${seconds} s${times}: it would have missed an outage ` +
      `of ${Math.ceil(claim.windowMs)} ms at that moment; use a quieter machine, a lower --rate or fewer --lanes`,
  ]
}

function unsentDoubts({ lanes, requests, health }: LoadDocument): readonly string[] {
  if (health.skipped === 0) return []
  const byLane = lanes.filter(({ skipped }) => skipped > 0).map(({ lane, skipped }) => `${lane} ${skipped}`)
  return [
    `${health.skipped} of ${requests + health.skipped} planned requests were never sent (${byLane.join(', ')}): this machine was ` +
      `more than a second late, or too many answers were outstanding; lower --rate or use a quieter machine`,
  ]
}

function ownDoubts({ health }: LoadDocument): readonly string[] {
  const { ownFailures } = health
  if (ownFailures === 0) return []
  return [
    `${ownFailures} ${ownFailures === 1 ? 'request' : 'requests'} failed by this machine's own fault: no free port, file descriptor ` +
      `or memory, or a time-out that came due while the load generator stalled; lower --rate or raise the limit (ulimit -n)`,
  ]
}

function silentDoubts({ lanes }: LoadDocument): readonly string[] {
  const silent = lanes.filter(({ requests }) => requests === 0).map(({ lane }) => lane)
  if (silent.length === 0) return []
  return [`no request of ${silent.join(', ')} ended in this run: it was too short to say anything about that`]
}
