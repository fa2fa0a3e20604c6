import type { LaneDefinition, LaneTrial } from './lane-definition.ts'
import type { LoadOptions } from './load-options.ts'
import type { LaneRequest } from './plain-request.ts'

/** How a lane is tried in this load: by the requests that the user described for it, or by its own. */
export function trialOf({ name, trial, described }: LaneDefinition, { requests }: LoadOptions): LaneTrial {
  return described && requests[name] ? described : trial
}

/** What a lane sends in this load, in turn, unless it falls back. */
export function requestsOf(lane: LaneDefinition, options: LoadOptions): readonly LaneRequest[] {
  return trialOf(lane, options).requests(options, lane.name)
}
