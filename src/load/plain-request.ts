import type { Headers } from './headers.ts'

/** An inclusive range of statuses. */
export type StatusRange = readonly [from: number, to: number]

/** A request that the user can describe. Plain JSON, so that it can be passed to another process. */
export interface PlainRequest {
  readonly method: string
  readonly path: string
  /** Absent: no body. */
  readonly body?: string | undefined
  /** Fields of this request only; the lane's fields have precedence. Absent: none. */
  readonly headers?: Headers
  /** See {@link Sample.operation}. */
  readonly operation?: string
  /** Statuses that count as success. */
  readonly expectStatus: readonly StatusRange[]
}

/** A request for results, without secrets. */
export interface ShownRequest extends Omit<PlainRequest, 'body' | 'headers'> {
  /** Absent: no body. */
  readonly bodyBytes?: number
  /** Names of the fields of this request only. Absent: none. */
  readonly headerNames?: readonly string[]
}

/** Replaces the body by its length and the header fields by their names. */
export function withoutSecrets({ body, headers, ...request }: PlainRequest): ShownRequest {
  return {
    ...request,
    ...(headers && { headerNames: Object.keys(headers) }),
    ...(body !== undefined && { bodyBytes: Buffer.byteLength(body) }),
  }
}

/** A request that a lane sends. */
export interface LaneRequest extends PlainRequest {
  /** Whether the body is JSON with the id of the request, which the answer must contain. Default: no */
  readonly checkEcho?: boolean
}

/** The statuses of a success, 2xx. */
export const successStatuses: readonly StatusRange[] = [[200, 299]]

/** `GET` of a path that has to succeed. */
export function getOf(path: string): PlainRequest {
  return { method: 'GET', path, expectStatus: successStatuses }
}

/** Whether a status is expected. */
export function isExpected(status: number, ranges: readonly StatusRange[]): boolean {
  return ranges.some(([from, to]) => from <= status && status <= to)
}

/** Ranges in words: `2xx, 404`. */
export function describeStatuses(ranges: readonly StatusRange[]): string {
  return ranges.map(([from, to]) => (from === to ? String(from) : `${Math.floor(from / 100)}xx`)).join(', ')
}

/** The body of a request with this id; undefined without a body. */
export function bodyOf({ checkEcho, body }: LaneRequest, id: string): string | undefined {
  return checkEcho === true ? JSON.stringify({ id }) : body
}
