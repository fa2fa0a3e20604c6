import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2'
import type { Socket } from 'node:net'
import { dial, noEndpoint } from '../../dial.ts'
import { bodyHeaders, type Headers } from '../../headers.ts'
import type { LaneRequest } from '../../plain-request.ts'
import { judge } from '../../request.ts'
import type { PickTarget, Sample, SampleError } from '../../sample.ts'
import { http2Problem } from '../../tls.ts'
import {
  describeError,
  noteSocket,
  openTrace,
  type RequestIdentity,
  sinceStart,
  toSample,
  type Trace,
} from '../../trace.ts'

/** One request over HTTP/2, without TLS by prior knowledge (h2c). */
export interface Http2Request extends RequestIdentity, LaneRequest {
  readonly headers: Headers
  readonly timeoutMs: number
}

interface Connection {
  readonly session: ClientHttp2Session
  readonly socket: Socket
  /** The last stream that the server will answer, known after its GOAWAY. */
  lastStream: number | undefined
  error: Error | undefined
  /** A stream timed out before the connection was there. */
  neverUp: boolean
}

type Outcome = 'answered' | 'refused' | SampleError

/**
 * A virtual client with one HTTP/2 session at a time and many streams on it. It opens a new session as soon
 * as the server sends GOAWAY. Browsers, Go and gRPC send a stream again that was refused unprocessed (RFC
 * 9113 §8.7); Node's client does not. This client does it once and counts it.
 */
export class Http2Client {
  readonly #pickTarget: PickTarget
  readonly #open = new Set<Connection>()
  #current: Connection | undefined

  constructor(pickTarget: PickTarget) {
    this.#pickTarget = pickTarget
  }

  /** Sends a request and resolves to its sample. Never rejects. */
  async send(request: Http2Request): Promise<Sample> {
    const trace = openTrace()
    let outcome = await this.#try(request, trace)
    if (outcome === 'refused') {
      trace.counts['refused'] = 1
      outcome = await this.#try(request, trace)
      if (outcome === 'refused') trace.counts['refused'] = 2
    }
    trace.endMs = sinceStart(trace)
    return toSample(request, trace, toError(outcome, trace))
  }

  /** Destroys all sessions and their streams. */
  destroy(): void {
    for (const { session } of this.#open) session.destroy()
  }

  #try(request: Http2Request, trace: Trace): Promise<Outcome> {
    const connection = this.#connect()
    if (!connection) return Promise.resolve(describeError(noEndpoint(), trace, request.timeoutMs))
    // A stream without a body ends with its headers and emits no event for that.
    const sent = request.body === undefined
    Object.assign(trace, { stage: 'connect', sent, connectMs: undefined })
    noteSocket(trace, connection.socket)
    const { host, ...headers } = request.headers
    const stream = connection.session.request(
      {
        ...headers,
        ...bodyHeaders(request.body, headers),
        ':method': request.method,
        ':path': request.path,
        ':authority': host,
      },
      { endStream: sent },
    )
    return follow(stream, connection, { request, trace })
  }

  #connect(): Connection | undefined {
    const known = this.#current
    if (known && !known.session.closed && !known.session.destroyed) return known
    const target = this.#pickTarget()
    if (!target) return undefined
    const socket = dial({ ...target, port: target.http2Port ?? target.port }, 'h2')
    // Every stream that waits for the connection adds a listener.
    socket.setMaxListeners(0)
    const session = connect(`${target.tls ? 'https' : 'http'}://localhost`, {
      createConnection: () => socket,
    })
    session.setMaxListeners(0)
    const connection: Connection = {
      session,
      socket,
      lastStream: undefined,
      error: undefined,
      neverUp: false,
    }
    session.on('goaway', (_code, lastStream) => {
      connection.lastStream = lastStream
    })
    // The socket reports its error before the session replaces it with one of its own.
    socket.on('error', (error) => (connection.error ??= error))
    session.on('error', (error: Error) => (connection.error ??= error))
    // Must run after the session's own listener: Node aborts when the socket is destroyed before it.
    socket.once('secureConnect', () => {
      const problem = http2Problem(socket)
      connection.error ??= problem
      if (problem) session.destroy(problem)
    })
    session.once('close', () => this.#open.delete(connection))
    this.#open.add(connection)
    return (this.#current = connection)
  }
}

function follow(
  stream: ClientHttp2Stream,
  connection: Connection,
  { request, trace }: { readonly request: Http2Request; readonly trace: Trace },
): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const chunks: Buffer[] = []
  let ended = false
  let failure: Error | undefined
  const timer = setTimeout(
    () => {
      trace.timedOut = true
      // Otherwise the next streams would wait for a session that never got its connection.
      if (trace.facts?.isUp === false) {
        connection.neverUp = true
        connection.session.destroy()
      }
      stream.close(constants.NGHTTP2_CANCEL)
    },
    Math.max(0, request.timeoutMs - sinceStart(trace)),
  )
  stream.on('finish', () => {
    trace.sent = true
    if (trace.stage === 'send') trace.stage = 'wait'
  })
  stream.on('response', (headers) => {
    trace.stage = 'body'
    trace.firstByteMs = sinceStart(trace)
    trace.status = headers[':status']
  })
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    trace.bytes += chunk.length
  })
  stream.on('end', () => (ended = true))
  stream.on('error', (error) => (failure = error))
  stream.once('close', () => {
    clearTimeout(timer)
    if (trace.facts) trace.facts.lastUsedMs = performance.now()
    // The timeout of the first stream ends the session for all streams that wait for it.
    if (connection.neverUp) trace.timedOut = true
    if (!trace.timedOut && isRefused(stream, connection, trace)) {
      // New streams go elsewhere. After GOAWAY, Node closes the session itself.
      if (!connection.session.closed) connection.session.close()
      return resolve('refused')
    }
    const whole = ended && stream.rstCode === constants.NGHTTP2_NO_ERROR && trace.status !== undefined
    if (whole && !trace.timedOut) {
      return resolve(judge(request, trace, () => Buffer.concat(chunks).toString()) ?? 'answered')
    }
    const closed = Object.assign(new Error(`the stream was closed before its end (${stream.rstCode})`), {
      code: 'HTTP2_CLOSED',
    })
    resolve(describeError(connection.error ?? failure ?? closed, trace, request.timeoutMs))
  })
  if (request.body !== undefined) stream.end(request.body)
  return promise
}

/**
 * The server has not processed a stream with REFUSED_STREAM or an id above the last one of GOAWAY (RFC 9113
 * §8.7). A stream without an id was never sent.
 */
function isRefused(stream: ClientHttp2Stream, { lastStream }: Connection, { status }: Trace): boolean {
  if (status !== undefined) return false
  if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) return true
  return lastStream !== undefined && (stream.id === undefined || stream.id > lastStream)
}

function toError(outcome: Outcome, { stage }: Trace): SampleError | undefined {
  if (outcome === 'answered') return undefined
  if (outcome !== 'refused') return outcome
  return { code: 'HTTP2_REFUSED', message: 'refused unprocessed, and again on a new connection', stage }
}
