import { type Agent, type IncomingMessage, request as httpRequest } from 'node:http'
import type { Socket } from 'node:net'
import { type ConnectionFacts, factsOf } from './dial-agent.ts'
import {
  type Instant,
  type LaneName,
  readClocks,
  type RequestStage,
  type Sample,
  type SampleError,
} from './sample.ts'

/** One request to send. */
export interface RequestSpec {
  readonly lane: LaneName
  readonly id: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly hostHeader: string
  /** JSON to send. */
  readonly body?: string
  /** Whether the answer has to be JSON with this request's id. */
  readonly checkEcho: boolean
  readonly timeoutMs: number
  readonly agent: Agent
  readonly scheduledAt: Instant
}

/** What is noted while a request is under way. */
interface Trace {
  readonly startedAt: Instant
  endMs: number
  stage: RequestStage
  sent: boolean
  timedOut: boolean
  connectMs: number | undefined
  firstByteMs: number | undefined
  status: number | undefined
  bytes: number
  socket: Socket | undefined
  facts: ConnectionFacts | undefined
  nthOnSocket: number
  idleMs: number | undefined
  localPort: number | undefined
  remoteAddress: string | undefined
  remotePort: number | undefined
}

/** An echo is small; what is longer than this is counted and not kept. */
const MAX_KEPT_BODY_BYTES = 64 * 1024

/** Sends one request, once, and says how it ended. Never rejects. */
export function sendRequest(spec: RequestSpec): Promise<Sample> {
  const { promise, resolve } = Promise.withResolvers<Sample>()
  const trace = openTrace()
  const sinceStart = (): number => performance.now() - trace.startedAt.monotonicMs
  const json = spec.body === undefined ? {} : { 'content-type': 'application/json' }
  const length = spec.body === undefined ? {} : { 'content-length': Buffer.byteLength(spec.body) }
  const request = httpRequest({
    agent: spec.agent,
    method: spec.method,
    path: spec.path,
    headers: { host: spec.hostHeader, ...json, ...length },
  })
  let settled = false
  const settle = (error?: SampleError): void => {
    if (settled) return
    settled = true
    clearTimeout(timer)
    if (trace.facts) trace.facts.lastUsedMs = performance.now()
    trace.endMs = sinceStart()
    resolve(toSample(spec, trace, error))
  }
  const fail = (error: Error): void => settle(describeError(error, trace, spec.timeoutMs))
  const timer = setTimeout(() => {
    trace.timedOut = true
    request.destroy()
  }, spec.timeoutMs)
  request.on('socket', (socket) => noteSocket(trace, socket, sinceStart))
  request.on('finish', () => {
    trace.sent = true
    if (trace.stage === 'send') trace.stage = 'wait'
  })
  request.on('response', (response) => {
    trace.stage = 'body'
    trace.firstByteMs = sinceStart()
    trace.status = response.statusCode
    readAnswer(response, trace, (body) => settle(judge(spec, trace, body)), fail)
  })
  request.on('error', fail)
  request.on('close', () => fail(new Error('the connection was closed without an answer')))
  request.end(spec.body)
  return promise
}

function openTrace(): Trace {
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
    socket: undefined,
    facts: undefined,
    nthOnSocket: 1,
    idleMs: undefined,
    localPort: undefined,
    remoteAddress: undefined,
    remotePort: undefined,
  }
}

function noteSocket(trace: Trace, socket: Socket, sinceStart: () => number): void {
  const facts = factsOf(socket)
  trace.socket = socket
  trace.facts = facts
  if (facts) {
    facts.requests++
    trace.nthOnSocket = facts.requests
    trace.idleMs = facts.lastUsedMs === undefined ? undefined : performance.now() - facts.lastUsedMs
  }
  // A socket forgets its ports when it is destroyed, so they are kept while it lives.
  const connected = (): void => {
    trace.connectMs = sinceStart()
    trace.localPort = socket.localPort
    trace.remoteAddress = socket.remoteAddress
    trace.remotePort = socket.remotePort
    trace.stage = trace.sent ? 'wait' : 'send'
  }
  if (socket.connecting) socket.once('connect', connected)
  else connected()
}

function readAnswer(
  response: IncomingMessage,
  trace: Trace,
  done: (body: string) => void,
  fail: (error: Error) => void,
): void {
  const chunks: Buffer[] = []
  response.on('data', (chunk: Buffer) => {
    if (trace.bytes < MAX_KEPT_BODY_BYTES) chunks.push(chunk)
    trace.bytes += chunk.length
  })
  response.on('end', () => done(Buffer.concat(chunks).toString()))
  response.on('error', fail)
}

function judge(spec: RequestSpec, trace: Trace, body: string): SampleError | undefined {
  const status = trace.status ?? 0
  if (status < 200 || status > 299) {
    return { code: `HTTP_${status}`, message: `answered ${status}: ${firstLine(body)}`, stage: 'body' }
  }
  if (!spec.checkEcho || echoedId(body) === spec.id) return undefined
  return { code: 'WRONG_ECHO', message: `sent id ${spec.id}, got ${firstLine(body)}`, stage: 'body' }
}

function echoedId(body: string): unknown {
  try {
    return (JSON.parse(body) as { id?: unknown } | null)?.id
  } catch {
    return undefined
  }
}

function firstLine(body: string): string {
  return (body.split('\n', 1)[0] ?? '').slice(0, 120) || '(empty body)'
}

function describeError(error: NodeJS.ErrnoException, trace: Trace, timeoutMs: number): SampleError {
  const { stage } = trace
  if (trace.timedOut)
    return { code: 'CLIENT_TIMEOUT', message: `no complete answer within ${timeoutMs} ms`, stage }
  const syscall = error.syscall === undefined ? {} : { syscall: error.syscall }
  return { code: error.code ?? 'UNKNOWN', ...syscall, message: error.message, stage }
}

function toSample(spec: RequestSpec, trace: Trace, error: SampleError | undefined): Sample {
  return {
    lane: spec.lane,
    id: spec.id,
    method: spec.method,
    scheduledAt: spec.scheduledAt,
    startedAt: trace.startedAt,
    connectMs: trace.connectMs,
    firstByteMs: trace.firstByteMs,
    endMs: trace.endMs,
    localPort: trace.localPort,
    remoteAddress: trace.remoteAddress ?? trace.facts?.target.host,
    remotePort: trace.remotePort ?? trace.facts?.target.port,
    target: trace.facts?.target.name,
    nthOnSocket: trace.nthOnSocket,
    idleMs: trace.idleMs,
    status: trace.status,
    bytes: trace.bytes,
    ok: error === undefined,
    ...(error && { error }),
  }
}
