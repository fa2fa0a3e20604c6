import type { Socket } from 'node:net'
import type { Headers } from '../../headers.ts'
import { HttpClient } from '../../http1/client.ts'
import { pauseUntil } from '../../lane.ts'
import type { PickTarget, Sample, SampleError } from '../../sample.ts'
import {
  describeError,
  noteSocket,
  openTrace,
  type RequestIdentity,
  sinceStart,
  toSample,
  type Trace,
} from '../../trace.ts'
import type { ServerEvent } from './event-parser.ts'
import { type EventStream, openEventStream } from './event-stream.ts'

/** Where to subscribe. `timeoutMs` limits the wait for the next event. */
export interface Subscription {
  readonly path: string
  readonly headers: Headers
  readonly timeoutMs: number
}

/** The load's side of a subscriber: `identify` names the next event, and `record` receives its sample. */
export interface SubscriberPorts {
  readonly pickTarget: PickTarget
  readonly identify: () => RequestIdentity
  readonly record: (sample: Sample) => void
}

/** Pause before a reconnect when the server sets none. */
const RETRY_MS = 100
/** Limit for the pause that the server sets. It may suit browsers, but a load sees nothing while it waits. */
const MAX_RETRY_MS = 1_000

/**
 * A virtual client that follows events like a browser's EventSource: after the end of a stream it reconnects
 * with `Last-Event-ID`. Every event is one sample, which lasts from the event before it. A broken stream and
 * an id out of sequence are failures.
 */
export class EventSubscriber {
  readonly #subscription: Subscription
  readonly #ports: SubscriberPorts
  readonly #client: HttpClient
  #stream: EventStream | undefined
  #socket: Socket | undefined
  #lastId: number | undefined
  #waiting: { readonly identity: RequestIdentity; readonly trace: Trace }
  #timer: NodeJS.Timeout | undefined

  constructor(subscription: Subscription, ports: SubscriberPorts) {
    this.#subscription = subscription
    this.#ports = ports
    this.#waiting = { identity: ports.identify(), trace: openTrace() }
    this.#client = new HttpClient(ports.pickTarget, false)
  }

  /** Follows events until the signal is aborted. The event that it then waits for does not count. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = (): void => this.destroy()
    signal.addEventListener('abort', stop)
    this.#wait()
    while (!signal.aborted) {
      const { retryMs, error } = await this.#follow()
      if (signal.aborted) break
      if (error && !this.#waiting.trace.timedOut) this.#settle(this.#describe(error))
      await pauseUntil(performance.now() + Math.min(retryMs ?? RETRY_MS, MAX_RETRY_MS), signal)
      if (this.#waiting.trace.timedOut && !signal.aborted) this.#wait()
    }
    clearTimeout(this.#timer)
    signal.removeEventListener('abort', stop)
  }

  /** Destroys the stream. */
  destroy(): void {
    clearTimeout(this.#timer)
    this.#stream?.destroy()
    this.#client.destroy()
  }

  async #follow(): Promise<Awaited<EventStream['ended']>> {
    const { path, headers } = this.#subscription
    const lastEventId = this.#lastId === undefined ? undefined : String(this.#lastId)
    Object.assign(this.#waiting.trace, { stage: 'connect', sent: false, connectMs: undefined })
    this.#stream = openEventStream(
      this.#client,
      { path, headers, lastEventId },
      {
        onSocket: (socket) => {
          this.#socket = socket
          noteSocket(this.#waiting.trace, socket)
        },
        onSent: () => Object.assign(this.#waiting.trace, { sent: true }),
        onStatus: (status) => Object.assign(this.#waiting.trace, { status, stage: 'body' }),
        onBytes: (bytes) => (this.#waiting.trace.bytes += bytes),
        onEvent: (event) => this.#take(event),
      },
    )
    const end = await this.#stream.ended
    this.#socket = undefined
    return end
  }

  #take({ id }: ServerEvent): void {
    const number = /^\d+$/.test(id) ? Number(id) : undefined
    const last = this.#lastId
    const fits = number !== undefined && (last === undefined || number === last + 1)
    this.#lastId = number
    this.#waiting.trace.firstByteMs = sinceStart(this.#waiting.trace)
    if (fits) return this.#settle()
    const message =
      number === undefined
        ? `an event with the id '${id}', wanted a number`
        : `event ${number} came after event ${last}`
    this.#settle({ code: 'SSE_GAP', message, stage: 'body' })
  }

  #settle(error?: SampleError): void {
    const { identity, trace } = this.#waiting
    trace.endMs = sinceStart(trace)
    if (trace.facts) trace.facts.lastUsedMs = performance.now()
    this.#ports.record(toSample(identity, trace, error))
    this.#wait()
  }

  /** Starts to wait for the next event. */
  #wait(): void {
    clearTimeout(this.#timer)
    const trace = openTrace()
    this.#waiting = { identity: this.#ports.identify(), trace }
    if (this.#socket) {
      noteSocket(trace, this.#socket)
      Object.assign(trace, { sent: true, status: 200, stage: 'body' })
    }
    this.#timer = setTimeout(() => {
      const { identity } = this.#waiting
      trace.timedOut = true
      trace.endMs = sinceStart(trace)
      this.#ports.record(toSample(identity, trace, this.#describe(new Error())))
      this.#stream?.destroy()
    }, this.#subscription.timeoutMs)
  }

  #describe(error: Error): SampleError {
    return describeError(error, this.#waiting.trace, this.#subscription.timeoutMs)
  }
}
