import { tryHttp } from '../http-trial.ts'
import type { LaneTrial } from '../lane-definition.ts'
import { getOf } from '../plain-request.ts'
import { pathOf, type Route } from '../route.ts'

/** The lane whose request is the fallback of the others. */
export const NEW_CONNECTIONS = 'new-connections'

/** The route of the lanes that compare the id in the answer with the one they sent. */
export const echoRoute: Route = {
  name: 'echo',
  about: 'route that takes a POST of JSON and answers with its id',
  fallback: '/echo',
}

/** Requests that the user described, over HTTP/1. */
export const describedTrial: LaneTrial = {
  requests: ({ requests }, lane) => requests[lane] ?? [getOf('/')],
  askedMs: () => 0,
  send: (request) => tryHttp(request),
  remedy:
    'name a request that your application takes with --path, --method, --body and --header, ' +
    'or the statuses that it may answer with --expect-status',
}

/** `GET` of a path, for its own lane and for those that fall back to it. */
export const getTrial: LaneTrial = {
  ...describedTrial,
  requests: ({ requests }) => requests[NEW_CONNECTIONS] ?? [getOf('/')],
}

/** `POST` with an id that the answer must contain. */
export const echoTrial: LaneTrial = {
  requests: (options) => [{ ...getOf(pathOf(options, echoRoute)), method: 'POST', checkEcho: true }],
  askedMs: () => 0,
  send: (request) => tryHttp(request),
  remedy: 'pass --echo-path with a route that takes a POST of JSON and answers with its id',
}
