import type { Socket } from 'node:net'
import { type AnswerHead, AnswerParser } from './answer-parser.ts'
import { type Http1Request, writeRequest } from './request-text.ts'

/** Events of a request, in this order. The last one is either `onEnd` or `onError`, once. */
export interface ExchangeEvents {
  /** The request has this connection, which may not be up yet. */
  onSocket(socket: Socket): void
  /** The operating system has taken the whole request. The answer may arrive earlier. */
  onSent(): void
  onHead(head: AnswerHead): void
  /** Part of the body. */
  onBody(bytes: Buffer): void
  /** The answer is complete. */
  onEnd(): void
  onError(error: Error): void
}

/** Events of a connection for the client that opened it. */
export interface ConnectionEvents {
  /** The connection can take another request. */
  onFree(connection: Connection): void
  onClosed(connection: Connection): void
}

/**
 * With a keep-alive timeout this short, in seconds, the server closes the connection before the next request
 * arrives.
 */
const SHORT_KEEP_ALIVE = 1
/** Idle time of a connection after which TCP probes the other side. Milliseconds. */
const TCP_PROBE_MS = 1_000

/**
 * One connection with one request at a time. It sends nothing twice, and every error belongs to the request.
 * Users know the codes and messages of `node:http`, so this class uses the same.
 */
export class Connection {
  readonly #socket: Socket
  readonly #isKept: boolean
  readonly #client: ConnectionEvents
  readonly #parser: AnswerParser
  /** Events of the request in progress. */
  #events: ExchangeEvents | undefined
  /** Whether the operating system has taken the whole request. */
  #isSent = false
  /** Whether the connection can take another request as soon as the last one is sent. */
  #isReleased = false
  /** Whether the server has ended its side or will end it. */
  #isLast = false

  /** @param isKept whether the connection carries more than one request */
  constructor(socket: Socket, isKept: boolean, client: ConnectionEvents) {
    this.#socket = socket
    this.#isKept = isKept
    this.#client = client
    this.#parser = new AnswerParser({
      onHead: (head) => {
        this.#isLast ||= this.#isKept && isShortLived(head)
        this.#events?.onHead(head)
      },
      onBody: (bytes) => this.#events?.onBody(bytes),
    })
    socket.on('data', (bytes) => this.#take(bytes))
    socket.on('end', () => this.#takeEnd())
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#close())
    if (isKept) socket.setKeepAlive(true, TCP_PROBE_MS)
  }

  /** Whether the connection can take a request, as far as the client knows. */
  get isUsable(): boolean {
    return !this.#isLast && this.#socket.writable
  }

  /** Sends a request. No other request may be in progress. */
  send(request: Http1Request, events: ExchangeEvents): void {
    const { text, encoding } = writeRequest(request, !this.#isKept)
    this.#events = events
    this.#isSent = false
    this.#isReleased = false
    this.#parser.expect(request.method === 'HEAD')
    events.onSocket(this.#socket)
    this.#socket.write(text, encoding, this.#noteSent)
  }

  /**
   * Gives up a request that is still in progress and destroys its connection. Its events get no further call.
   */
  abort(events: ExchangeEvents): void {
    if (this.#events !== events) return
    this.#events = undefined
    this.#socket.destroy()
  }

  /** Closes the connection at once. A request in progress fails. */
  destroy(): void {
    this.#socket.destroy()
  }

  readonly #noteSent = (error?: Error | null): void => {
    if (error) return
    this.#isSent = true
    this.#events?.onSent()
    if (this.#isReleased) this.#client.onFree(this)
  }

  #take(bytes: Buffer): void {
    // Unexpected bytes cannot be the answer to the next request.
    if (!this.#events) return this.destroy()
    const fault = this.#parser.write(bytes)
    if (fault) this.#fail(fault)
    else if (this.#parser.isUpgrade) this.#fail(new Error('the connection was closed without an answer'))
    else if (this.#parser.isComplete) this.#end()
  }

  #takeEnd(): void {
    this.#isLast = true
    if (!this.#events) return
    this.#parser.finish()
    if (this.#parser.isComplete) this.#end()
    else this.#fail(this.#lost())
  }

  #end(): void {
    const events = this.#events
    this.#events = undefined
    const { keepsAlive, hasExcess } = this.#parser
    this.#isReleased = this.#isKept && keepsAlive && !hasExcess && this.isUsable
    if (!this.#isReleased) this.#socket.destroySoon()
    else if (this.#isSent) this.#client.onFree(this)
    // TLS reports in the same turn, but after the answer, that everything is sent. Then the connection is
    // free.
    if (this.#isReleased && !this.#isSent) setImmediate(() => events?.onEnd())
    else events?.onEnd()
  }

  #close(): void {
    if (this.#events) this.#fail(this.#lost())
    this.#parser.free()
    this.#client.onClosed(this)
  }

  #fail(error: Error): void {
    const events = this.#events
    this.#events = undefined
    this.#socket.destroy()
    events?.onError(error)
  }

  #lost(): Error {
    const message = this.#parser.hasHead ? 'aborted' : 'socket hang up'
    return Object.assign(new Error(message), { code: 'ECONNRESET' })
  }
}

function isShortLived(head: AnswerHead): boolean {
  const [, seconds] = /^timeout=(\d+)/.exec(head.field('keep-alive') ?? '') ?? []
  return seconds !== undefined && Number(seconds) <= SHORT_KEEP_ALIVE
}
