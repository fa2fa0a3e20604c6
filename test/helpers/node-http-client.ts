import { Agent, type IncomingMessage, request as httpRequest } from 'node:http'
import type { Socket } from 'node:net'
import { dial, noEndpoint } from '../../src/load/dial.ts'
import { bodyHeaders } from '../../src/load/headers.ts'
import { judge } from '../../src/load/request.ts'
import type { PickTarget, Sample, SampleError } from '../../src/load/sample.ts'
import {
  describeError,
  noteSocket,
  openTrace,
  type RequestSpec,
  sinceStart,
  toSample,
} from '../../src/load/trace.ts'

/** An agent of `node:http` that asks for its target each time it dials. */
export class DialAgent extends Agent {
  readonly #pickTarget: PickTarget

  constructor(pickTarget: PickTarget, keepAlive: boolean) {
    super({ keepAlive, maxSockets: keepAlive ? 1 : Infinity })
    this.#pickTarget = pickTarget
  }

  override createConnection(
    _options: object,
    callback?: (error: Error | null, socket: Socket) => void,
  ): Socket | undefined {
    const target = this.#pickTarget()
    if (target !== undefined) return dial(target)
    ;(callback as ((error: Error) => void) | undefined)?.(noEndpoint())
    return undefined
  }
}

/** What `sendRequest` is compared with: the same request and the same sample, by the client of Node.js. */
export function sendByNodeHttp(spec: Omit<RequestSpec, 'client'>, agent: Agent): Promise<Sample> {
  const { promise, resolve } = Promise.withResolvers<Sample>()
  const trace = openTrace()
  const { method, path, headers, body } = spec
  const request = httpRequest({
    agent,
    method,
    path,
    headers: { ...headers, ...bodyHeaders(body, headers) },
  })
  const settle = (error?: SampleError): void => {
    clearTimeout(timer)
    trace.endMs = sinceStart(trace)
    resolve(toSample(spec as RequestSpec, trace, error))
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
  request.on('response', (response: IncomingMessage) => {
    trace.stage = 'body'
    trace.status = response.statusCode
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      trace.bytes += chunk.length
    })
    response.on('end', () => settle(judge(spec, trace, () => Buffer.concat(chunks).toString())))
    response.on('error', fail)
    response.on('close', () => fail(new Error('the answer was closed before its end')))
  })
  request.on('error', fail)
  // With an answer begun, its own events say how it ended, and they come after this one.
  request.on('close', () => {
    if (trace.status === undefined) fail(new Error('the connection was closed without an answer'))
  })
  request.end(body)
  return promise
}
