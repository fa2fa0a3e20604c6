import { type PlainRequest, withoutSecrets } from './plain-request.ts'
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

/** An operation of an OpenAPI document that did not answer as documented. */
interface LeftOutOperation {
  /** See {@link Sample.operation}. */
  readonly operation: string
  /** What it answered, and what to do about it. */
  readonly reason: string
}

/** What the self-test changes about a load. */
export interface LaneChanges {
  /** Lanes that do not run; a verdict has to say so. */
  readonly leftOut: readonly LeftOutLane[]
  /** Lanes that run and prove something else; a verdict has to say so. */
  readonly fellBack: readonly FellBackLane[]
  /** Operations that no lane sends; a verdict has to say so. */
  readonly leftOutOperations: readonly LeftOutOperation[]
}

/** The load as it was asked for. */
export const noChanges: LaneChanges = { leftOut: [], fellBack: [], leftOutOperations: [] }

/** The same for results, without the bodies of requests. */
export function shownChanges({ fellBack, ...changes }: LaneChanges): LaneChanges {
  return {
    ...changes,
    fellBack: fellBack.map(({ instead, ...lane }) => ({ ...lane, instead: withoutSecrets(instead) })),
  }
}

/** The changes of several targets or generators, each lane and each operation once. */
export function mergeChanges(changes: readonly LaneChanges[]): LaneChanges {
  return {
    leftOut: firstOfEach(
      changes.flatMap(({ leftOut }) => leftOut),
      ({ lane }) => lane,
    ),
    fellBack: firstOfEach(
      changes.flatMap(({ fellBack }) => fellBack),
      ({ lane }) => lane,
    ),
    leftOutOperations: firstOfEach(
      changes.flatMap(({ leftOutOperations }) => leftOutOperations),
      ({ operation }) => operation,
    ),
  }
}

function firstOfEach<Change>(changes: readonly Change[], keyOf: (of: Change) => string): readonly Change[] {
  return [...Map.groupBy(changes, keyOf).values()].flatMap((same) => same.slice(0, 1))
}
