import type { LaneDefinition, LaneTrial } from './lane-definition.ts'
import type { LoadOptions } from './load-options.ts'
import type { LaneRequest } from './plain-request.ts'

/** How a lane is tried in this load: by the request that the user described for it, or by its own. */
export function trialOf({ name, trial, described }: LaneDefinition, { requests }: LoadOptions): LaneTrial {
  return described && requests[name] ? described : trial
}

/** What a lane sends in this load, unless it falls back. */
export function requestOf(lane: LaneDefinition, options: LoadOptions): LaneRequest {
  return trialOf(lane, options).request(options, lane.name)
}
