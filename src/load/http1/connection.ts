import type { Socket } from 'node:net'
import { type AnswerHead, AnswerParser } from './answer-parser.ts'
import { type Http1Request, writeRequest } from './request-text.ts'

/** What happens to a request, in this order. The last is either `onEnd` or `onError`, once. */
export interface ExchangeEvents {
  /** It got this connection, which may not be up yet. */
  onSocket(socket: Socket): void
  /** The operating system has all of it. The answer may come earlier. */
  onSent(): void
  onHead(head: AnswerHead): void
  /** A part of the body. */
  onBody(bytes: Buffer): void
  /** The answer is complete. */
  onEnd(): void
  onError(error: Error): void
}

/** What a connection tells the client that dialled it. */
export interface ConnectionEvents {
  /** It can take another request. */
  onFree(connection: Connection): void
  onClosed(connection: Connection): void
}

/** A server that keeps a connection for so many seconds closes it before the next request gets there. */
const SHORT_KEEP_ALIVE = 1
/** How long a connection is silent before TCP asks whether the other side is there. Milliseconds. */
const TCP_PROBE_MS = 1_000

/**
 * One connection with one request at a time. Nothing is sent twice, and every error is the request's. Codes
 * and messages are those of `node:http`, because users know them.
 */
export class Connection {
  readonly #socket: Socket
  readonly #isKept: boolean
  readonly #client: ConnectionEvents
  readonly #parser: AnswerParser
  /** Of the request that is under way. */
  #events: ExchangeEvents | undefined
  /** Whether the operating system has all of the request. */
  #isSent = false
  /** Whether it takes another request as soon as the last one is sent. */
  #isReleased = false
  /** Whether the server has ended its side, or is about to. */
  #isLast = false

  /** @param isKept whether it carries more than one request */
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

  /** Whether it can take a request, as far as is known. */
  get isUsable(): boolean {
    return !this.#isLast && this.#socket.writable
  }

  /** Sends a request. There must be no other under way. */
  send(request: Http1Request, events: ExchangeEvents): void {
    const { text, encoding } = writeRequest(request, !this.#isKept)
    this.#events = events
    this.#isSent = false
    this.#isReleased = false
    this.#parser.expect(request.method === 'HEAD')
    events.onSocket(this.#socket)
    this.#socket.write(text, encoding, this.#noteSent)
  }

  /** Gives up a request, if it is still under way, and its connection with it. It is told nothing more. */
  abort(events: ExchangeEvents): void {
    if (this.#events !== events) return
    this.#events = undefined
    this.#socket.destroy()
  }

  /** Closes the connection at once. A request that is under way fails. */
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
    // What nobody asked for cannot be an answer to the next request.
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
    // TLS says in the same turn, and later than the answer, that all is sent. Then the connection is free
    // again.
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
