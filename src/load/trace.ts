import type { Socket } from 'node:net'
import type { BodyCheck } from './body-check.ts'
import { type ConnectionFacts, factsOf } from './dial.ts'
import type { Headers } from './headers.ts'
import type { HttpClient } from './http1/client.ts'
import type { LaneRequest } from './plain-request.ts'
import {
  type Instant,
  type LaneName,
  readClocks,
  type RequestStage,
  type Sample,
  type SampleError,
} from './sample.ts'

/**
 * A timeout that fires this late shows that the generator did not run, and says nothing about the
 * application.
 */
const LATE_TIMEOUT_MS = 1_000

/** One request to send. */
export interface RequestSpec extends LaneRequest {
  readonly lane: LaneName
  readonly id: string
  readonly headers: Headers
  /** Checks the body of the answer, if necessary. */
  readonly bodyCheck?: BodyCheck
  readonly timeoutMs: number
  /**
   * Longest time without a byte of the body, because the network of a pod can disappear silently. Default:
   * `timeoutMs`
   */
  readonly silenceMs?: number
  readonly client: HttpClient
  readonly scheduledAt: Instant
}

/** Fields that identify the request of a sample. */
export type RequestIdentity = Pick<
  RequestSpec,
  'lane' | 'id' | 'method' | 'path' | 'operation' | 'scheduledAt'
>

/** Notes about a request in progress. */
export interface Trace {
  readonly startedAt: Instant
  endMs: number
  stage: RequestStage
  sent: boolean
  timedOut: boolean
  connectMs: number | undefined
  firstByteMs: number | undefined
  status: number | undefined
  bytes: number
  /** See {@link Sample.counts}. */
  readonly counts: Record<string, number>
  facts: ConnectionFacts | undefined
  nthOnSocket: number
  idleMs: number | undefined
  localPort: number | undefined
  remoteAddress: string | undefined
  remotePort: number | undefined
}

/** Creates a trace that begins now. */
export function openTrace(): Trace {
  return {
    startedAt: readClocks(),
    endMs: 0,
    stage: 'connect',
    sent: false,
    timedOut: false,
    connectMs: undefined,
    firstByteMs: undefined,
    status: undefined,
    bytes: 0,
    counts: {},
    facts: undefined,
    nthOnSocket: 1,
    idleMs: undefined,
    localPort: undefined,
    remoteAddress: undefined,
    remotePort: undefined,
  }
}

/** Milliseconds since the start of the request. */
export function sinceStart(trace: Trace): number {
  return performance.now() - trace.startedAt.monotonicMs
}

/** Records the connection of a request, and when it is up. */
export function noteSocket(trace: Trace, socket: Socket): void {
  const facts = factsOf(socket)
  trace.facts = facts
  if (facts) {
    facts.requests++
    trace.nthOnSocket = facts.requests
    trace.idleMs = facts.lastUsedMs === undefined ? undefined : performance.now() - facts.lastUsedMs
  }
  // A destroyed socket loses its ports, so record them while it is open.
  const noteAddresses = (): void => {
    trace.localPort = socket.localPort
    trace.remoteAddress = socket.remoteAddress
    trace.remotePort = socket.remotePort
  }
  const up = (): void => {
    trace.connectMs = sinceStart(trace)
    trace.stage = trace.sent ? 'wait' : 'send'
  }
  if (socket.connecting) socket.once('connect', noteAddresses)
  else noteAddresses()
  if (facts?.isUp ?? !socket.connecting) up()
  else socket.once(facts?.upEvent ?? 'connect', up)
}

/**
 * Describes a timeout that fired `lateMs` too late. The answer may have waited in the kernel while this
 * process did not run.
 */
export function describeTimeout(
  error: Omit<SampleError, 'code'>,
  lateMs: number,
  code = 'CLIENT_TIMEOUT',
): SampleError {
  if (lateMs < LATE_TIMEOUT_MS) return { ...error, code }
  const message = `${error.message}; the load generator stalled, the time-out came ${Math.round(lateMs)} ms late`
  return { ...error, code: 'GENERATOR_STALLED', message }
}

/** Converts the error of a request for its sample. */
export function describeError(error: NodeJS.ErrnoException, trace: Trace, timeoutMs: number): SampleError {
  const { stage } = trace
  if (trace.timedOut) {
    const message = `no complete answer within ${timeoutMs} ms`
    return describeTimeout({ message, stage }, sinceStart(trace) - timeoutMs)
  }
  const syscall = error.syscall === undefined ? {} : { syscall: error.syscall }
  return { code: error.code ?? 'UNKNOWN', ...syscall, message: error.message, stage }
}

/** Converts a trace into its sample. */
export function toSample(spec: RequestIdentity, trace: Trace, error: SampleError | undefined): Sample {
  const { lane, id, method, path, operation, scheduledAt } = spec
  const { facts, counts, startedAt } = trace
  const sample: { -readonly [Part in keyof Sample]: Sample[Part] } = {
    lane,
    id,
    method,
    path,
    scheduledAt,
    startedAt,
    connectMs: trace.connectMs,
    firstByteMs: trace.firstByteMs,
    endMs: trace.endMs,
    localPort: trace.localPort,
    remoteAddress: trace.remoteAddress ?? facts?.target.host,
    remotePort: trace.remotePort ?? facts?.target.port,
    target: facts?.target.name,
    nthOnSocket: trace.nthOnSocket,
    idleMs: trace.idleMs,
    status: trace.status,
    bytes: trace.bytes,
    ok: error === undefined,
  }
  // Set afterwards: building the object with a spread costs a tenth of a request.
  if (operation !== undefined) sample.operation = operation
  if (Object.keys(counts).length > 0) sample.counts = counts
  if (error) sample.error = error
  return sample
}
