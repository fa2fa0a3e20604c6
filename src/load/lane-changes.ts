import { type PlainRequest, withoutBody } from './plain-request.ts'
import type { LaneName } from './sample.ts'

/** A lane that was asked for and could not run, because its route is not what the lane needs. */
interface LeftOutLane {
  readonly lane: LaneName
  /** What the route did, and what to do about it. */
  readonly reason: string
}

/**
 * A lane that nobody named and whose route is missing, so that it sends something that the application has.
 */
interface FellBackLane extends LeftOutLane {
  readonly instead: PlainRequest
}

/** What the self-test changes about a load. */
export interface LaneChanges {
  /** Lanes that do not run; a verdict has to say so. */
  readonly leftOut: readonly LeftOutLane[]
  /** Lanes that run and prove something else; a verdict has to say so. */
  readonly fellBack: readonly FellBackLane[]
}

/** The load as it was asked for. */
export const noChanges: LaneChanges = { leftOut: [], fellBack: [] }

/** The same for results, without the bodies of requests. */
export function shownChanges({ leftOut, fellBack }: LaneChanges): LaneChanges {
  return {
    leftOut,
    fellBack: fellBack.map(({ instead, ...change }) => ({ ...change, instead: withoutBody(instead) })),
  }
}

/** The changes of several targets or generators, each lane once. */
export function mergeChanges(changes: readonly LaneChanges[]): LaneChanges {
  return {
    leftOut: firstOfEach(changes.flatMap(({ leftOut }) => leftOut)),
    fellBack: firstOfEach(changes.flatMap(({ fellBack }) => fellBack)),
  }
}

function firstOfEach<Change extends LeftOutLane>(changes: readonly Change[]): readonly Change[] {
  return changes.filter(({ lane }, index) => changes.findIndex((other) => other.lane === lane) === index)
}
