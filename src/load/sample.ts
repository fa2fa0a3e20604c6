import type { TargetTls } from './tls.ts'

/** Name of a lane, as its definition says it. */
export type LaneName = string

/** How far a request came: the connection, its own bytes, the answer's header, the answer's body. */
export type RequestStage = 'connect' | 'send' | 'wait' | 'body'

/**
 * A moment on both clocks: the wall clock to compare with other machines, the monotonic one to subtract.
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

/** Where a connection is dialled. `name` is the pod, when the one who picks knows it. */
export interface Target {
  readonly host: string
  readonly port: number
  /**
   * Where HTTP/2 is spoken, which a plain `node:http` server cannot do on its own port; `port` when left
   * out.
   */
  readonly http2Port?: number | undefined
  /** Left out: TLS is not spoken. */
  readonly tls?: TargetTls | undefined
  readonly name?: string
}

/** Picks the target of one new connection, undefined when no endpoint is ready. */
export type PickTarget = () => Target | undefined

/**
 * What went wrong with a request. `code` is Node's (`ECONNREFUSED`, `ECONNRESET`), or `HTTP_503` for a status
 * that is not expected, `CLIENT_TIMEOUT` for no answer in time, `ANSWER_SILENT` for one of which no byte came
 * any more, `GENERATOR_STALLED` when the time-out itself came late, `WRONG_ECHO` for an answer to something
 * else, or one of the lane's own.
 */
export interface SampleError {
  readonly code: string
  readonly syscall?: string
  readonly message: string
  readonly stage: RequestStage
}

/**
 * What every request ends as. Times are milliseconds after `startedAt`, undefined when that point was not
 * reached.
 */
export interface Sample {
  readonly lane: LaneName
  readonly id: string
  readonly method: string
  /** With the query. */
  readonly path: string
  /** Its operation in the OpenAPI document, `GET /orders/{id}`. Left out: it is from none. */
  readonly operation?: string
  /** When the grid wanted it sent; later than that is the generator's own delay. */
  readonly scheduledAt: Instant
  readonly startedAt: Instant
  readonly connectMs: number | undefined
  readonly firstByteMs: number | undefined
  readonly endMs: number
  readonly localPort: number | undefined
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  /** Pod that the connection went to, when known. */
  readonly target: string | undefined
  /** 1 for the first request on its connection. */
  readonly nthOnSocket: number
  /** How long the connection had been unused before this request; undefined on a new one. */
  readonly idleMs: number | undefined
  readonly status: number | undefined
  readonly bytes: number
  /** What its lane counts besides, by name; left out when there is nothing to count. */
  readonly counts?: Readonly<Record<string, number>>
  readonly ok: boolean
  readonly error?: SampleError
}

/** When a request ended, in whole wall-clock milliseconds. */
export function endedAtMs({ startedAt, endMs }: Sample): number {
  return Math.floor(startedAt.wallMs + endMs)
}

/** Orders samples by their ends. */
export function byEnd(one: Sample, other: Sample): number {
  return endedAtMs(one) - endedAtMs(other) || (one.id < other.id ? -1 : 1)
}

/**
 * Errors of the machine that sends: no free local port, no free file descriptor, no memory, a stall. They say
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

/** Whether the generator itself, not the application, is to blame for this failure. */
export function isOwnFailure(sample: Sample): boolean {
  return sample.error !== undefined && isOwnCode(sample.error.code)
}

/** The same of the code of an error. */
export function isOwnCode(code: string): boolean {
  return ownCodes.includes(code)
}

/**
 * A request on a used connection that fails this soon after it was sent met a server that was closing it;
 * later, it was being worked on.
 */
export const RACE_MS = 50
