import type { LaneName } from './sample.ts'

/** Header fields by their names in lower case. `host` is always among those of a request. */
export type Headers = Readonly<Record<string, string>>

/** The fields of all lanes, and those of single ones. */
interface LoadHeaders {
  readonly headers: Headers
  readonly laneHeaders: Readonly<Record<LaneName, Headers>>
}

/** The header fields of a lane's requests. */
export function headersOf({ headers, laneHeaders }: LoadHeaders, lane: LaneName): Headers {
  return { ...headers, ...laneHeaders[lane] }
}

/** The fields of one request: those of its own, and those of its lane, which win. */
export function withOwn(own: Headers = {}, ofLane: Headers): Headers {
  return { ...own, ...ofLane }
}

/** The fields that describe a body. It is JSON unless the user says otherwise. */
export function bodyHeaders(body: string | undefined, headers: Headers): Headers {
  if (body === undefined) return {}
  const type = headers['content-type'] ?? 'application/json'
  return { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) }
}
