import { type IncomingMessage, request as httpRequest } from 'node:http'
import { bodyHeaders } from './headers.ts'
import { describeStatuses, isExpected } from './plain-request.ts'
import type { Sample, SampleError } from './sample.ts'
import {
  describeError,
  noteSocket,
  openTrace,
  type RequestSpec,
  sinceStart,
  toSample,
  type Trace,
} from './trace.ts'

/** An echo is small; what is longer than this is counted and not kept. */
const MAX_KEPT_BODY_BYTES = 64 * 1024

/** Sends one request, once, and says how it ended. Never rejects. */
export function sendRequest(spec: RequestSpec): Promise<Sample> {
  const { promise, resolve } = Promise.withResolvers<Sample>()
  const trace = openTrace()
  const request = httpRequest({
    agent: spec.agent,
    method: spec.method,
    path: spec.path,
    headers: { ...spec.headers, ...bodyHeaders(spec.body, spec.headers) },
  })
  let settled = false
  const settle = (error?: SampleError): void => {
    if (settled) return
    settled = true
    clearTimeout(timer)
    if (trace.facts) trace.facts.lastUsedMs = performance.now()
    trace.endMs = sinceStart(trace)
    resolve(toSample(spec, trace, error))
  }
  const fail = (error: Error): void => settle(describeError(error, trace, spec.timeoutMs))
  const timer = setTimeout(() => {
    trace.timedOut = true
    request.destroy()
  }, spec.timeoutMs)
  request.on('socket', (socket) => noteSocket(trace, socket))
  request.on('finish', () => {
    trace.sent = true
    if (trace.stage === 'send') trace.stage = 'wait'
  })
  request.on('response', (response) => {
    trace.stage = 'body'
    trace.firstByteMs = sinceStart(trace)
    trace.status = response.statusCode
    if (spec.bodyCheck) response.on('data', (chunk: Buffer) => spec.bodyCheck?.write(chunk))
    readAnswer(response, trace, (body) => settle(judge(spec, trace, body)), fail)
  })
  request.on('error', fail)
  // With an answer begun, its own events say how it ended, and they come after this one.
  request.on('close', () => {
    if (trace.status === undefined) fail(new Error('the connection was closed without an answer'))
  })
  request.end(spec.body)
  return promise
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
  response.on('close', () => fail(new Error('the answer was closed before its end')))
}

/** What is wrong with a complete answer; undefined when nothing is. */
export function judge(
  spec: Pick<RequestSpec, 'id' | 'checkEcho' | 'bodyCheck' | 'expectStatus'>,
  trace: Trace,
  body: string,
): SampleError | undefined {
  const status = trace.status ?? 0
  if (!isExpected(status, spec.expectStatus)) {
    const words = describeStatuses(spec.expectStatus)
    const wanted = words === '2xx' ? '' : `, wanted ${words}`
    const message = `answered ${status}${wanted}: ${firstLine(body)}`
    return { code: `HTTP_${status}`, message, stage: 'body' }
  }
  const wrong = spec.bodyCheck?.problem()
  if (wrong !== undefined) return { code: 'WRONG_HASH', message: wrong, stage: 'body' }
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
