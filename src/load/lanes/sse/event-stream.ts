import type { Socket } from 'node:net'
import { StringDecoder } from 'node:string_decoder'
import type { Headers } from '../../headers.ts'
import type { AnswerHead } from '../../http1/answer-parser.ts'
import type { HttpClient } from '../../http1/client.ts'
import { createEventParser, type ServerEvent } from './event-parser.ts'

/** Where to get events, and after which one to continue. */
export interface EventPlace {
  readonly path: string
  readonly headers: Headers
  readonly lastEventId: string | undefined
}

/** Events of a stream, in this order. */
export interface EventStreamEvents {
  onSocket(socket: Socket): void
  onSent(): void
  onStatus(status: number): void
  onBytes(bytes: number): void
  onEvent(event: ServerEvent): void
}

/** The end of a stream. `error` is undefined after a complete HTTP answer. */
export interface EventStreamEnd {
  readonly error: NodeJS.ErrnoException | undefined
  /** Reconnection time that the server asked for. */
  readonly retryMs: number | undefined
}

/** An open stream. */
export interface EventStream {
  /** Never rejects. */
  readonly ended: Promise<EventStreamEnd>
  destroy(): void
}

/** Requests a stream of events. */
export function openEventStream(
  client: HttpClient,
  place: EventPlace,
  events: EventStreamEvents,
): EventStream {
  const { promise: ended, resolve } = Promise.withResolvers<EventStreamEnd>()
  const parser = createEventParser()
  const decoder = new StringDecoder('utf8')
  const after = place.lastEventId === undefined ? {} : { 'last-event-id': place.lastEventId }
  const headers = { ...place.headers, accept: 'text/event-stream', ...after }
  const settle = (error?: Error): void => resolve({ error, retryMs: parser.retryMs })
  let problemAtEnd: Error | undefined
  let isRefused = false
  const connection = client.send(
    { method: 'GET', path: place.path, headers },
    {
      onSocket: (socket) => events.onSocket(socket),
      onSent: () => events.onSent(),
      onHead(head) {
        events.onStatus(head.status)
        problemAtEnd = judgeEnd(head)
        const refusal = refuse(head)
        if (!refusal) return
        isRefused = true
        settle(refusal)
        connection?.destroy()
      },
      onBody(bytes) {
        if (isRefused) return
        events.onBytes(bytes.length)
        for (const event of parser.write(decoder.write(bytes))) events.onEvent(event)
      },
      onEnd: () => settle(problemAtEnd),
      onError: settle,
    },
  )
  return { ended, destroy: () => connection?.destroy() }
}

function refuse({ status, field }: AnswerHead): Error | undefined {
  if (status !== 200) return fault(`HTTP_${status}`, `answered ${status} instead of 200`)
  const type = field('content-type') ?? 'none'
  if (/^text\/event-stream\b/.test(type)) return undefined
  return fault('SSE_TYPE', `answered with the content type ${type} instead of text/event-stream`)
}

/** A body that ends with its connection looks the same complete and truncated (RFC 9112 §8). */
function judgeEnd({ field }: AnswerHead): Error | undefined {
  const isFramed = field('transfer-encoding') !== undefined || field('content-length') !== undefined
  if (isFramed) return undefined
  return fault('SSE_CUT', 'the stream ended with its connection and without a last chunk')
}

function fault(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
