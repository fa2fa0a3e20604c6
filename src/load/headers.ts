import type { LaneName } from './sample.ts'

/** Header fields by lower-case name. Those of a request always include `host`. */
export type Headers = Readonly<Record<string, string>>

/** Header fields of all lanes and of single lanes. */
interface LoadHeaders {
  readonly headers: Headers
  readonly laneHeaders: Readonly<Record<LaneName, Headers>>
}

/** The header fields of a lane's requests. */
export function headersOf({ headers, laneHeaders }: LoadHeaders, lane: LaneName): Headers {
  return { ...headers, ...laneHeaders[lane] }
}

/** The fields of one request: its own and those of its lane. The lane has precedence. */
export function withOwn(own: Headers = {}, ofLane: Headers): Headers {
  return { ...own, ...ofLane }
}

/** The fields that describe a body. The default type is JSON. */
export function bodyHeaders(body: string | undefined, headers: Headers): Headers {
  if (body === undefined) return {}
  const type = headers['content-type'] ?? 'application/json'
  return { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) }
}
