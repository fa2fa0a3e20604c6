import type { LaneDefinition, LaneTrial } from './lane-definition.ts'
import type { LoadOptions } from './load-options.ts'
import type { LaneRequest } from './plain-request.ts'

/**
 * The trial of a lane in this load: the one for described requests if the user described some, else its own.
 */
export function trialOf({ name, trial, described }: LaneDefinition, { requests }: LoadOptions): LaneTrial {
  return described && requests[name] ? described : trial
}

/** The requests that a lane sends in turn in this load, unless it falls back. */
export function requestsOf(lane: LaneDefinition, options: LoadOptions): readonly LaneRequest[] {
  return trialOf(lane, options).requests(options, lane.name)
}
