import { ServerResponse } from 'node:http'
import { Http2ServerResponse } from 'node:http2'
import { OpenEventStream, type StreamResponse } from './open-event-stream.ts'

const mediaType = 'text/event-stream'

type Method = (this: StreamResponse, ...args: readonly unknown[]) => unknown

/**
 * Finds the event streams that the process serves and ends them in the shutdown: their handlers know no
 * signal and would never end them. Every head goes through `writeHead`, called explicitly or not
 * (lib/_http_server.js and lib/internal/http2/compat.js, 22 to 26). For other responses this costs one check.
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
   * Ends each open stream at the end of an event, and does so for streams that open later. Returns how many
   * are open.
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
    // Runs for every response of the process. Named parameters avoid an array for each.
    return function watchedWriteHead(this: StreamResponse, status, reason, headers) {
      const result = writeHead.call(this, status, reason, headers)
      if (mayBeEventStream(this)) follow(this)
      return result
    }
  }

  /**
   * The stream becomes known only while the write that sends its head is running. So that write is recorded
   * here.
   */
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
 * Rules out nearly all other responses with one check of the request. A search through every head would cost
 * 2 % of a request.
 */
function mayBeEventStream({ req }: StreamResponse): boolean {
  return req.headers.accept?.includes(mediaType) === true
}

/**
 * Whether this is an event stream that lastcall can end: its client sent the request of an EventSource
 * (WHATWG HTML, "The EventSource interface") and so reconnects. A stream that the application compresses
 * before writing is left alone, because its compressor would be cut off. A middleware that compresses has
 * replaced `write`, and finishes its compressor when the response ends.
 */
function isEventStream(response: StreamResponse): boolean {
  const head = headOf(response)
  if (!/^content-type: *text\/event-stream\b/im.test(head)) return false
  const { method, headers } = response.req
  // A POST is answered once. A language model's response has an end of its own, and its client does not ask
  // for the rest.
  if (method !== 'GET' || !headers.accept?.includes(mediaType)) return false
  return !/^content-encoding: *(?!identity)/im.test(head) || Object.hasOwn(response, 'write')
}

/**
 * The head as it was sent. HTTP/1 keeps it whole, including headers that were only passed to `writeHead`
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
      // Another wrapper may have come since. Removing it would break its owner.
      if ((prototype as Record<string, Method>)[name] !== method) return
      if (own) Object.defineProperty(prototype, name, own)
      else Reflect.deleteProperty(prototype, name)
    },
  }
}
