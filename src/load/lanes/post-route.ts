import { tryHttp } from '../http-trial.ts'
import type { LaneContext } from '../lane.ts'
import type { InsteadRequest } from '../lane-changes.ts'
import type { LaneTrial } from '../lane-definition.ts'
import { pathOf, type Route } from '../route.ts'

/** The route of every lane that sends a POST. */
export const postRoute: Route = {
  name: 'post',
  about: 'route that takes JSON and answers with its id',
  fallback: '/echo',
}

/** How the lanes are tried that send a POST over HTTP/1. */
export const postTrial: LaneTrial = {
  method: 'POST',
  path: (options) => pathOf(options, postRoute),
  askedMs: () => 0,
  send: (request) => tryHttp(request),
  remedy: 'pass --post-path with a route that takes a POST of JSON and answers with its id',
}

/** What such a lane sends: POST, or what it fell back to. */
export function postOrInstead({ options, instead }: LaneContext): InsteadRequest {
  return instead ?? { method: 'POST', path: pathOf(options, postRoute) }
}
