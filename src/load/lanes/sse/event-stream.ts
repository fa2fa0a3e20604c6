import { type Agent, type IncomingMessage, request as httpRequest } from 'node:http'
import type { Socket } from 'node:net'
import type { Headers } from '../../headers.ts'
import { createEventParser, type ServerEvent } from './event-parser.ts'

/** Where events are, and after which one to go on. */
export interface EventPlace {
  readonly path: string
  readonly headers: Headers
  readonly lastEventId: string | undefined
}

/** What happens on a stream, in this order. */
export interface EventStreamEvents {
  onSocket(socket: Socket): void
  onSent(): void
  onStatus(status: number): void
  onBytes(bytes: number): void
  onEvent(event: ServerEvent): void
}

/** How a stream ended: `error` is undefined when it ended as HTTP ends an answer. */
export interface EventStreamEnd {
  readonly error: NodeJS.ErrnoException | undefined
  /** What the server wants to be waited before the next one. */
  readonly retryMs: number | undefined
}

/** A stream that is under way. */
export interface EventStream {
  /** Never rejects. */
  readonly ended: Promise<EventStreamEnd>
  destroy(): void
}

/** Asks for events. */
export function openEventStream(agent: Agent, place: EventPlace, events: EventStreamEvents): EventStream {
  const { promise: ended, resolve } = Promise.withResolvers<EventStreamEnd>()
  const parser = createEventParser()
  const after = place.lastEventId === undefined ? {} : { 'last-event-id': place.lastEventId }
  const headers = { ...place.headers, accept: 'text/event-stream', ...after }
  const request = httpRequest({ agent, path: place.path, headers })
  const settle = (error?: Error): void => resolve({ error, retryMs: parser.retryMs })
  request.on('socket', (socket) => events.onSocket(socket))
  request.on('finish', () => events.onSent())
  request.on('error', settle)
  request.on('close', () => settle(fault('UNKNOWN', 'the connection was closed without an answer')))
  request.on('response', (response) => {
    // With an answer begun, its own events say how it ended.
    request.removeAllListeners('close')
    events.onStatus(response.statusCode ?? 0)
    response.on('error', settle)
    response.on('close', () => settle(fault('UNKNOWN', 'the stream was closed before its end')))
    const refusal = refuse(response)
    if (refusal) {
      settle(refusal)
      request.destroy()
      return
    }
    response.setEncoding('utf8').on('data', (text: string) => {
      events.onBytes(Buffer.byteLength(text))
      for (const event of parser.write(text)) events.onEvent(event)
    })
    response.on('end', () => settle(judgeEnd(response)))
  })
  request.end()
  return { ended, destroy: () => void request.destroy() }
}

function refuse({ statusCode, headers }: IncomingMessage): Error | undefined {
  if (statusCode !== 200) return fault(`HTTP_${statusCode}`, `answered ${statusCode} instead of 200`)
  const type = headers['content-type'] ?? 'none'
  if (/^text\/event-stream\b/.test(type)) return undefined
  return fault('SSE_TYPE', `answered with the content type ${type} instead of text/event-stream`)
}

function judgeEnd({ complete, headers }: IncomingMessage): Error | undefined {
  if (!complete) return fault('SSE_CUT', 'the stream was cut')
  // A body that ends with its connection looks the same complete and cut (RFC 9112 §8).
  const framed = headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined
  return framed
    ? undefined
    : fault('SSE_CUT', 'the stream ended with its connection and without a last chunk')
}

function fault(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
