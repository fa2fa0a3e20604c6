import type { Headers } from './headers.ts'

/** Statuses from the first to the second, both included. */
export type StatusRange = readonly [from: number, to: number]

/** A request as the user can describe it. Plain JSON, so that it can be handed to another process. */
export interface PlainRequest {
  readonly method: string
  readonly path: string
  /** Left out: none. */
  readonly body?: string | undefined
  /** Fields of this request alone; those of the lane win. Left out: none. */
  readonly headers?: Headers
  /** See {@link Sample.operation}. */
  readonly operation?: string
  /** Statuses of an answer that is no failure. */
  readonly expectStatus: readonly StatusRange[]
}

/** The same for results, which are no place for secrets. */
export interface ShownRequest extends Omit<PlainRequest, 'body' | 'headers'> {
  /** Left out: no body. */
  readonly bodyBytes?: number
  /** Names of the fields of this request alone. Left out: none. */
  readonly headerNames?: readonly string[]
}

/** Says how long the body is and which header fields there are, and not what is in them. */
export function withoutSecrets({ body, headers, ...request }: PlainRequest): ShownRequest {
  return {
    ...request,
    ...(headers && { headerNames: Object.keys(headers) }),
    ...(body !== undefined && { bodyBytes: Buffer.byteLength(body) }),
  }
}

/** A request that a lane sends. */
export interface LaneRequest extends PlainRequest {
  /** Whether the body is JSON with the id of the request, which the answer has to carry. No */
  readonly checkEcho?: boolean
}

/** The statuses of a success, 2xx. */
export const successStatuses: readonly StatusRange[] = [[200, 299]]

/** `GET` of a path, which has to succeed. */
export function getOf(path: string): PlainRequest {
  return { method: 'GET', path, expectStatus: successStatuses }
}

/** Whether a status is among those that are expected. */
export function isExpected(status: number, ranges: readonly StatusRange[]): boolean {
  return ranges.some(([from, to]) => from <= status && status <= to)
}

/** Ranges in words: `2xx, 404`. */
export function describeStatuses(ranges: readonly StatusRange[]): string {
  return ranges.map(([from, to]) => (from === to ? String(from) : `${Math.floor(from / 100)}xx`)).join(', ')
}

/** The body of a request with this id; undefined: none. */
export function bodyOf({ checkEcho, body }: LaneRequest, id: string): string | undefined {
  return checkEcho === true ? JSON.stringify({ id }) : body
}
