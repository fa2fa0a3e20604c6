import { MAX_DURATION_MS } from '../../core/defaults.ts'
import { describe } from '../../core/describe.ts'
import { LastcallError } from '../../core/errors.ts'
import type { AnyResponse } from './response-signals.ts'
import type { Lifecycle } from '../types.ts'

/** Options of {@link eventStream}. */
export interface EventStreamOptions {
  /**
   * Reconnection time, in milliseconds, for the clients of a stream that the drain ends. They come back to
   * another pod. 1000.
   * @default 1000
   */
  readonly retryMs?: number
}

/** Optional fields of an event. */
export interface EventFields {
  /** Name of the event. Clients use `message` when it is absent. */
  readonly event?: string
  /** Clients send this value as `Last-Event-ID` when they reconnect. */
  readonly id?: string
}

/** An open stream of server-sent events. */
export interface EventStream {
  /**
   * Aborted when the drain has closed the listeners, or when the client is gone. Stop the source of the
   * events then.
   */
  readonly signal: AbortSignal
  /**
   * Sends one event. Resolves when there is room for the next one: to true, or to false after the stream has
   * ended.
   * @throws LastcallError `LASTCALL_INVALID_OPTIONS` for a name or id with several lines
   */
  send(data: string, fields?: EventFields): Promise<boolean>
  /** Ends the stream. The client reconnects, as clients of event streams do. */
  end(): void
}

/**
 * Answers with a stream of server-sent events (WHATWG HTML, "Server-sent events"). The drain ends it
 * properly: with a reconnection time and the last chunk, so no client sees a truncated response. For HTTP/1,
 * and for HTTP/2 in Node's compatibility API.
 * @throws LastcallError `LASTCALL_INVALID_OPTIONS`
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { setTimeout as sleep } from 'node:timers/promises'
 * import { createLifecycle, eventStream } from 'lastcall'
 *
 * const lifecycle = createLifecycle()
 * const server = createServer(async (_, response) => {
 *   const stream = eventStream(lifecycle, response)
 *   while (await stream.send(new Date().toISOString())) await sleep(1_000)
 * })
 * lifecycle.serve(server.listen(8080))
 * await lifecycle.start()
 * ```
 */
export function eventStream(
  lifecycle: Lifecycle,
  response: AnyResponse,
  options: EventStreamOptions = {},
): EventStream {
  const retryMs = options.retryMs ?? 1_000
  if (!Number.isInteger(retryMs) || retryMs < 0 || retryMs > MAX_DURATION_MS) {
    throw new LastcallError('LASTCALL_INVALID_OPTIONS', [
      `eventStream: retryMs is ${describe(retryMs)}, wanted whole milliseconds from 0 to ${MAX_DURATION_MS}`,
    ])
  }
  const stream = new ResponseStream(response, lifecycle.signalFor(response))
  stream.open(`retry: ${retryMs}\n\n`)
  return stream
}

class ResponseStream implements EventStream {
  readonly signal: AbortSignal
  readonly #response: AnyResponse
  #ended = false
  #room: Promise<void> | null = null

  constructor(response: AnyResponse, signal: AbortSignal) {
    this.#response = response
    this.signal = signal
  }

  open(retryHint: string): void {
    const response = this.#response
    // A connection that breaks in the middle of a write emits 'error'. Without a listener that would be an
    // uncaught error.
    response.on('error', () => {})
    if (!response.headersSent) {
      response.setHeader('Content-Type', 'text/event-stream')
      response.setHeader('Cache-Control', 'no-store')
      // Without this, nginx and its ingress controllers hold events back until their buffer is full.
      response.setHeader('X-Accel-Buffering', 'no')
      // HTTP/2's compatibility API sends the headers with the first write.
      if ('flushHeaders' in response) response.flushHeaders()
      else response.writeHead(200)
    }
    if (this.signal.aborted) this.#end(retryHint)
    else this.signal.addEventListener('abort', () => this.#end(retryHint))
  }

  async send(data: string, fields: EventFields = {}): Promise<boolean> {
    const text = serialize(data, fields)
    if (this.#ended) return false
    if (write(this.#response, text)) return true
    // All senders share one wait.
    this.#room ??= this.#untilRoom().finally(() => (this.#room = null))
    await this.#room
    return !this.#ended
  }

  end(): void {
    this.#end('')
  }

  #end(last: string): void {
    if (this.#ended) return
    this.#ended = true
    this.#response.end(last)
  }

  #untilRoom(): Promise<void> {
    const response = this.#response
    return new Promise((resolve) => {
      const done = (): void => {
        // A stream may wait for room thousands of times, so the listener for the other event must not stay.
        response.removeListener('drain', done)
        response.removeListener('close', done)
        resolve()
      }
      response.on('drain', done)
      response.on('close', done)
    })
  }
}

const write = (response: { write(text: string): boolean }, text: string): boolean => response.write(text)

function serialize(data: string, { event, id }: EventFields): string {
  const problems = Object.entries({ event, id }).flatMap(([name, value]) =>
    value === undefined || /^[^\r\n\0]*$/.test(value)
      ? []
      : [`send: ${name} is ${describe(value)}, wanted one line`],
  )
  if (problems.length > 0) throw new LastcallError('LASTCALL_INVALID_OPTIONS', problems)
  const head = [
    ...(event === undefined ? [] : [`event: ${event}`]),
    ...(id === undefined ? [] : [`id: ${id}`]),
  ]
  const lines = [...head, ...data.split(/\r\n|\r|\n/).map((line) => `data: ${line}`)]
  return `${lines.join('\n')}\n\n`
}
