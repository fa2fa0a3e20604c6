import { type ConnectionFacts, DialAgent, factsOf } from '../../dial-agent.ts'
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
import { type NotOpened, openWebSocket, type WebSocketPlace } from './handshake.ts'
import { WebSocketLink } from './link.ts'

/** Close codes of a server that ends a WebSocket in good order (RFC 6455 §7.4.1): normal closure, going away. */
const orderlyCodes: readonly number[] = [1000, 1001]

/** Told when a connection is lost, or cannot be opened again, and no message was under way that could tell. */
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
 * A virtual client with one WebSocket at a time. Every message has to come back. When the server says that it is going away the client connects anew at once;
 * what it had sent and got no answer to it sends once more, and counts it.
 */
export class WebSocketClient {
  readonly #agent: DialAgent
  readonly #place: WebSocketPlace
  readonly #onLoss: OnLoss
  readonly #waiting = new Set<Message>()
  readonly #links = new Set<WebSocketLink>()
  #opening: Promise<Connection | NotOpened> | undefined
  #ending = false

  constructor(pickTarget: PickTarget, place: WebSocketPlace, onLoss: OnLoss) {
    this.#agent = new DialAgent(pickTarget, false)
    this.#place = place
    this.#onLoss = onLoss
  }

  /** Sends a message with the id of `identity` and says how it ended. Never rejects. */
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

  /** Closes in good order; nothing must be under way any more. */
  end(): void {
    this.#ending = true
    for (const link of this.#links) link.close(1000)
    this.#agent.destroy()
  }

  /** Cuts off whatever is under way. */
  destroy(): void {
    this.#ending = true
    for (const link of this.#links) link.socket.destroy()
    this.#agent.destroy()
  }

  async #deliver(message: Message): Promise<void> {
    const { trace, identity } = message
    this.#waiting.add(message)
    let connection: Connection | NotOpened
    do connection = await this.#connect()
    while ('link' in connection && connection.link.closed && !trace.timedOut)
    this.#waiting.delete(message)
    if (trace.timedOut) return
    if ('error' in connection) {
      Object.assign(trace, { facts: connection.facts, status: connection.status })
      return message.settle(connection.error)
    }
    noteSocket(trace, connection.link.socket)
    trace.status = 101
    trace.sent = true
    trace.stage = 'wait'
    connection.unanswered.set(identity.id, message)
    connection.link.send(JSON.stringify({ id: identity.id }))
  }

  #connect(): Promise<Connection | NotOpened> {
    this.#opening ??= this.#open()
    return this.#opening
  }

  async #open(): Promise<Connection | NotOpened> {
    const opened = await openWebSocket(this.#agent, this.#place)
    if ('error' in opened) {
      this.#opening = undefined
      if (this.#waiting.size === 0) this.#lose(opened.error, opened.facts)
      return opened
    }
    const unanswered = new Map<string, Message>()
    const link: WebSocketLink = new WebSocketLink(opened, {
      onData: (text) => answered(unanswered, text),
      onClose: (code, error) => this.#leave({ link, unanswered }, code, error),
    })
    this.#links.add(link)
    link.socket.once('close', () => this.#links.delete(link))
    if (this.#ending) link.close(1000)
    return { link, unanswered }
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
    if (!orderly && messages.length === 0) this.#lose(loss, factsOf(link.socket))
    // A client of the real world is back at once, whether it has something to say or not.
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
  const message = code === 1006 ? `lost without a close frame${why}` : `closed with ${code}`
  const syscall = error?.syscall === undefined ? {} : { syscall: error.syscall }
  return { code: `WEBSOCKET_${code}`, message, stage: 'wait', ...syscall }
}
