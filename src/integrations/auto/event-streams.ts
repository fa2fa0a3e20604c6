import { ServerResponse } from 'node:http'
import { Http2ServerResponse } from 'node:http2'
import { OpenEventStream, type StreamResponse } from './open-event-stream.ts'

const mediaType = 'text/event-stream'

type Method = (this: StreamResponse, ...args: readonly unknown[]) => unknown

/**
 * Knows the event streams that the process serves, and ends them when it goes away: their handlers ask no
 * signal and would never do it. Every head goes
 * through `writeHead` (lib/_http_server.js and lib/internal/http2/compat.js, 22 to 26), explicit or not;
 * other responses cost the look at theirs.
 */
export class EventStreams implements Disposable {
  readonly #open = new Map<StreamResponse, OpenEventStream>()
  readonly #replaced: readonly Disposable[]
  #leaving = false

  constructor() {
    this.#replaced = [ServerResponse.prototype, Http2ServerResponse.prototype].flatMap((prototype) => [
      replaceMethod(prototype, 'writeHead', (writeHead) => this.#watchHead(writeHead)),
      replaceMethod(prototype, 'write', (write) => this.#watchFirstWrite(write)),
    ])
  }

  /**
   * Ends each open stream where an event ends, and each that is opened from now on. Returns how many are
   * open.
   */
  leave(): number {
    this.#leaving = true
    for (const stream of this.#open.values()) stream.leave()
    return this.#open.size
  }

  [Symbol.dispose](): void {
    for (const replaced of this.#replaced) replaced[Symbol.dispose]()
  }

  #watchHead(writeHead: Method): Method {
    const follow = (response: StreamResponse): void => this.#follow(response)
    // Runs for every response of the process: parameters by name cost no array each.
    return function watchedWriteHead(this: StreamResponse, status, reason, headers) {
      const result = writeHead.call(this, status, reason, headers)
      if (mayBeEventStream(this)) follow(this)
      return result
    }
  }

  /** The write that sends the head is under way when the stream becomes known. */
  #watchFirstWrite(write: Method): Method {
    const open = this.#open
    return function watchedWrite(this: StreamResponse, chunk, encoding, callback) {
      const first = !this.headersSent
      const result = write.call(this, chunk, encoding, callback)
      if (first) open.get(this)?.note(chunk)
      return result
    }
  }

  #follow(response: StreamResponse): void {
    if (!isEventStream(response) || this.#open.has(response)) return
    const stream = new OpenEventStream(response)
    this.#open.set(response, stream)
    response.once('close', () => this.#open.delete(response))
    if (this.#leaving) stream.leave()
  }
}

/**
 * Tells nearly all other responses apart by one look at the request: a search through every head costs 2 % of
 * a request.
 */
function mayBeEventStream({ req }: StreamResponse): boolean {
  return req.headers.accept?.includes(mediaType) === true
}

/**
 * Whether this is an event stream that can be ended from outside: its client asked as EventSource does
 * (WHATWG HTML, "The EventSource interface"), and so comes back. One that was compressed before it is written
 * cannot, because its compressor would be interrupted off; a middleware that compresses what is written has
 * replaced `write`, and ends its compressor when the response is ended.
 */
function isEventStream(response: StreamResponse): boolean {
  const head = headOf(response)
  if (!/^content-type: *text\/event-stream\b/im.test(head)) return false
  const { method, headers } = response.req
  // A POST is answered once: what language models say has an end of its own, and nobody asks for the rest of
  // it.
  if (method !== 'GET' || !headers.accept?.includes(mediaType)) return false
  return !/^content-encoding: *(?!identity)/im.test(head) || Object.hasOwn(response, 'write')
}

/**
 * The head as it was sent. HTTP/1's has it whole; what was only given to `writeHead` is nowhere else
 * (`_header`, lib/_http_outgoing.js).
 */
function headOf(response: StreamResponse & { readonly _header?: unknown }): string {
  if (typeof response._header === 'string') return response._header
  const names = ['content-type', 'content-encoding'] as const
  return names
    .filter((name) => response.getHeader(name) !== undefined)
    .map((name) => `${name}: ${String(response.getHeader(name))}\n`)
    .join('')
}

function replaceMethod(prototype: object, name: string, make: (method: Method) => Method): Disposable {
  const own = Object.getOwnPropertyDescriptor(prototype, name)
  const method = make((prototype as Record<string, Method>)[name] as Method)
  Object.defineProperty(prototype, name, {
    value: method,
    writable: true,
    configurable: true,
    enumerable: true,
  })
  return {
    [Symbol.dispose]: () => {
      // Somebody may have wrapped it since; taking theirs away would break them.
      if ((prototype as Record<string, Method>)[name] !== method) return
      if (own) Object.defineProperty(prototype, name, own)
      else Reflect.deleteProperty(prototype, name)
    },
  }
}
