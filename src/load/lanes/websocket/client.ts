import { type ConnectionFacts, factsOf, noEndpoint } from '../../dial.ts'
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
import { type NotOpened, WebSocketLink, type WebSocketPlace } from './link.ts'

/** Close codes of an orderly close by the server (RFC 6455 §7.4.1): normal closure, going away. */
const orderlyCodes: readonly number[] = [1000, 1001]

/** Called when a connection is lost or cannot be reopened, and no message in progress reports it. */
export type OnLoss = (error: SampleError, facts: ConnectionFacts | undefined) => void

interface Message {
  readonly identity: RequestIdentity
  readonly trace: Trace
  settle(error?: SampleError): void
}

interface Connection {
  readonly link: WebSocketLink
  readonly unanswered: Map<string, Message>
}

/**
 * A virtual client with one WebSocket at a time. Every message must come back. When the server says that it
 * is going away, the client reconnects at once, sends each unanswered message once more and counts it.
 */
export class WebSocketClient {
  readonly #pickTarget: PickTarget
  readonly #place: WebSocketPlace
  readonly #onLoss: OnLoss
  readonly #waiting = new Set<Message>()
  readonly #links = new Set<WebSocketLink>()
  #opening: Promise<Connection | NotOpened> | undefined
  #ending = false

  constructor(pickTarget: PickTarget, place: WebSocketPlace, onLoss: OnLoss) {
    this.#pickTarget = pickTarget
    this.#place = place
    this.#onLoss = onLoss
  }

  /** Sends a message with the id of `identity` and resolves to its sample. Never rejects. */
  send(identity: RequestIdentity): Promise<Sample> {
    const { promise, resolve } = Promise.withResolvers<Sample>()
    const { timeoutMs } = this.#place
    const trace = openTrace()
    const timer = setTimeout(() => {
      trace.timedOut = true
      message.settle(describeError(new Error(), trace, timeoutMs))
    }, timeoutMs)
    const message: Message = {
      identity,
      trace,
      settle(error) {
        clearTimeout(timer)
        if (trace.facts) trace.facts.lastUsedMs = performance.now()
        trace.endMs = sinceStart(trace)
        resolve(toSample(identity, trace, error))
      },
    }
    void this.#deliver(message)
    return promise
  }

  /** Starts the close handshake. No message may be in progress. */
  end(): void {
    this.#ending = true
    for (const link of this.#links) link.close()
  }

  /** Destroys the connection and its messages. */
  destroy(): void {
    this.#ending = true
    for (const link of this.#links) link.destroy()
  }

  async #deliver(message: Message): Promise<void> {
    const { trace, identity } = message
    this.#waiting.add(message)
    const connection = await this.#connectFor(trace)
    this.#waiting.delete(message)
    if (trace.timedOut) return
    if ('error' in connection) {
      Object.assign(trace, { facts: connection.facts, status: connection.status })
      return message.settle(connection.error)
    }
    noteSocket(trace, connection.link.connection)
    trace.status = 101
    trace.sent = true
    trace.stage = 'wait'
    connection.unanswered.set(identity.id, message)
    connection.link.send(JSON.stringify({ id: identity.id }))
  }

  /** Returns a connection that takes messages. If the current one is closing, it first waits for its end. */
  async #connectFor(trace: Trace): Promise<Connection | NotOpened> {
    for (;;) {
      const connection = await this.#connect()
      if ('error' in connection || connection.link.isOpen || trace.timedOut) return connection
      await connection.link.closed
    }
  }

  #connect(): Promise<Connection | NotOpened> {
    this.#opening ??= this.#open().then((opened) => {
      if ('error' in opened) this.#opening = undefined
      return opened
    })
    return this.#opening
  }

  async #open(): Promise<Connection | NotOpened> {
    const target = this.#pickTarget()
    if (!target) {
      const error = describeError(noEndpoint(), openTrace(), this.#place.timeoutMs)
      return this.#notOpened({ error, status: undefined, facts: undefined })
    }
    const unanswered = new Map<string, Message>()
    const link: WebSocketLink = new WebSocketLink(target, this.#place, {
      onConnected: () => this.#reached(),
      onText: (text) => answered(unanswered, text),
      onClose: (code, error) => this.#leave({ link, unanswered }, code, error),
    })
    this.#links.add(link)
    void link.closed.then(() => this.#links.delete(link))
    const refusal = await link.opened
    if (refusal) return this.#notOpened(refusal)
    if (this.#ending) link.close()
    return { link, unanswered }
  }

  /** From here on the client waits for the server, even if the server never answers the handshake. */
  #reached(): void {
    for (const { trace } of this.#waiting) trace.stage = 'wait'
  }

  #notOpened(refusal: NotOpened): NotOpened {
    if (this.#waiting.size === 0) this.#lose(refusal.error, refusal.facts)
    return refusal
  }

  #leave({ link, unanswered }: Connection, code: number, error: NodeJS.ErrnoException | undefined): void {
    this.#opening = undefined
    const messages = [...unanswered.values()].filter(({ trace }) => !trace.timedOut)
    unanswered.clear()
    const orderly = orderlyCodes.includes(code)
    const loss = describeLoss(code, error)
    for (const message of messages) {
      if (orderly && message.trace.counts['resent'] === undefined) this.#resend(message)
      else message.settle(loss)
    }
    if (!orderly && messages.length === 0) this.#lose(loss, factsOf(link.connection))
    // Real clients reconnect at once, whether they have something to send or not.
    if (!this.#ending) void this.#connect()
  }

  #resend(message: Message): void {
    message.trace.counts['resent'] = 1
    Object.assign(message.trace, { stage: 'connect', sent: false, connectMs: undefined })
    void this.#deliver(message)
  }

  #lose(error: SampleError, facts: ConnectionFacts | undefined): void {
    if (!this.#ending) this.#onLoss(error, facts)
  }
}

function answered(unanswered: Map<string, Message>, text: string): void {
  const id = idOf(text)
  const message = unanswered.get(id)
  if (!message || message.trace.timedOut) return
  unanswered.delete(id)
  message.trace.bytes = Buffer.byteLength(text)
  message.trace.firstByteMs = sinceStart(message.trace)
  message.settle()
}

function idOf(text: string): string {
  try {
    return String((JSON.parse(text) as { id?: unknown } | null)?.id)
  } catch {
    return ''
  }
}

function describeLoss(code: number, error: NodeJS.ErrnoException | undefined): SampleError {
  const why = error ? ` (${error.message})` : ''
  const message = `${code === 1006 ? 'lost without a close frame' : `closed with ${code}`}${why}`
  const syscall = error?.syscall === undefined ? {} : { syscall: error.syscall }
  return { code: `WEBSOCKET_${code}`, message, stage: 'wait', ...syscall }
}
