import { tryHttp } from '../http-trial.ts'
import type { LaneTrial } from '../lane-definition.ts'
import { pathOf, type Route } from '../route.ts'

/** The route of `GET`; `lastcall load` takes it from the URL. */
export const getRoute: Route = { name: 'get', about: 'route for GET', fallback: '/' }

/** How `GET` is tried: for its own lane, and for those that fall back to it. */
export const getTrial: LaneTrial = {
  method: 'GET',
  path: (options) => pathOf(options, getRoute),
  askedMs: () => 0,
  send: (request) => tryHttp(request),
  remedy: 'pass --get-path with a path that answers 200',
}
