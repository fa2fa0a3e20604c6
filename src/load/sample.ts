import type { TargetTls } from './tls.ts'

/** Name of a lane, as in its definition. */
export type LaneName = string

/** How far a request got: the connection, its own bytes, the answer's header, the answer's body. */
export type RequestStage = 'connect' | 'send' | 'wait' | 'body'

/**
 * A point in time on both clocks: the wall clock compares machines, the monotonic clock measures durations.
 * Milliseconds.
 */
export interface Instant {
  readonly wallMs: number
  readonly monotonicMs: number
}

/** Reads both clocks. */
export function readClocks(): Instant {
  return { wallMs: Date.now(), monotonicMs: performance.now() }
}

/** The destination of a connection. `name` is the pod, if it is known. */
export interface Target {
  readonly host: string
  readonly port: number
  /** Port for HTTP/2, which a plain `node:http` server cannot serve on its own port. Default: `port` */
  readonly http2Port?: number | undefined
  /** Absent: no TLS. */
  readonly tls?: TargetTls | undefined
  readonly name?: string
}

/** Picks the target of a new connection; undefined when no endpoint is ready. */
export type PickTarget = () => Target | undefined

/**
 * The failure of a request. `code` is Node's (`ECONNREFUSED`, `ECONNRESET`), one of the lane's own, or one of
 * these: `HTTP_503` for an unexpected status, `CLIENT_TIMEOUT` for no answer in time, `ANSWER_SILENT` for an
 * answer that stopped in the middle, `GENERATOR_STALLED` for a timeout that fired late, `WRONG_ECHO` for an
 * answer to another request.
 */
export interface SampleError {
  readonly code: string
  readonly syscall?: string
  readonly message: string
  readonly stage: RequestStage
}

/**
 * The result of every request. Times are milliseconds after `startedAt`, undefined if that point was not
 * reached.
 */
export interface Sample {
  readonly lane: LaneName
  readonly id: string
  readonly method: string
  /** With its query. */
  readonly path: string
  /** Its operation in the OpenAPI document, `GET /orders/{id}`. Absent: not from a document. */
  readonly operation?: string
  /** When the grid scheduled the request; the time until `startedAt` is the generator's own delay. */
  readonly scheduledAt: Instant
  readonly startedAt: Instant
  readonly connectMs: number | undefined
  readonly firstByteMs: number | undefined
  readonly endMs: number
  readonly localPort: number | undefined
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  /** Pod at the other end of the connection, if known. */
  readonly target: string | undefined
  /** 1 for the first request on a connection. */
  readonly nthOnSocket: number
  /** How long the connection was unused before this request; undefined on a new one. */
  readonly idleMs: number | undefined
  readonly status: number | undefined
  readonly bytes: number
  /** Further counts of its lane, by name; absent if empty. */
  readonly counts?: Readonly<Record<string, number>>
  readonly ok: boolean
  readonly error?: SampleError
}

/** End of a request in whole wall-clock milliseconds. */
export function endedAtMs({ startedAt, endMs }: Sample): number {
  return Math.floor(startedAt.wallMs + endMs)
}

/** Orders samples by their end. */
export function byEnd(one: Sample, other: Sample): number {
  return endedAtMs(one) - endedAtMs(other) || (one.id < other.id ? -1 : 1)
}

/**
 * Errors of the sending machine: no free local port, no free file descriptor, no memory, a stall. They say
 * nothing about the application.
 */
const ownCodes: readonly string[] = [
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'GENERATOR_STALLED',
]

/** Whether the generator, not the application, caused this failure. */
export function isOwnFailure(sample: Sample): boolean {
  return sample.error !== undefined && isOwnCode(sample.error.code)
}

/** Whether this error code means that the generator caused the failure. */
export function isOwnCode(code: string): boolean {
  return ownCodes.includes(code)
}

/**
 * If a request on a used connection fails this soon after it was sent, the server was closing that
 * connection. A later failure means that the server was working on the request.
 */
export const RACE_MS = 50
