import { type PlainRequest, withoutSecrets } from './plain-request.ts'
import type { LaneName } from './sample.ts'

/** A requested lane that could not run, because its route does not do what the lane needs. */
interface LeftOutLane {
  readonly lane: LaneName
  /** Behaviour of the route, and what to do about it. */
  readonly reason: string
}

/** A default lane whose route is missing. It sends a request that the application answers. */
interface FellBackLane extends LeftOutLane {
  readonly instead: PlainRequest
}

/** An operation of an OpenAPI document that did not answer as documented. */
interface LeftOutOperation {
  /** See {@link Sample.operation}. */
  readonly operation: string
  /** The answer of the operation, and what to do about it. */
  readonly reason: string
}

/** Changes that the self-test makes to a load. */
export interface LaneChanges {
  /** Lanes that do not run; a verdict has to report them. */
  readonly leftOut: readonly LeftOutLane[]
  /** Lanes that run and prove something else; a verdict has to report them. */
  readonly fellBack: readonly FellBackLane[]
  /** Operations that no lane sends; a verdict has to report them. */
  readonly leftOutOperations: readonly LeftOutOperation[]
}

/** No changes: the load runs as requested. */
export const noChanges: LaneChanges = { leftOut: [], fellBack: [], leftOutOperations: [] }

/** Changes for results, without the bodies of requests. */
export function shownChanges({ fellBack, ...changes }: LaneChanges): LaneChanges {
  return {
    ...changes,
    fellBack: fellBack.map(({ instead, ...lane }) => ({ ...lane, instead: withoutSecrets(instead) })),
  }
}

/** The changes of several targets or generators, with each lane and each operation once. */
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
