/** A response as both of Node's kinds are: HTTP/1's, and HTTP/2's in the compatibility API. */
export interface StreamResponse {
  readonly req: { readonly method?: string; readonly headers: { readonly accept?: string } }
  write: (...args: readonly unknown[]) => boolean
  end: (...args: readonly unknown[]) => unknown
  readonly headersSent: boolean
  readonly writableEnded: boolean
  getHeader(name: string): unknown
  once(event: string, listener: () => void): unknown
}

/** Longer than any comment that only keeps a connection alive. */
const LOOK_BACK = 1_024

const commentLines = /^(?::[^\r\n]*(?:\r\n|\r|\n))+$/

/**
 * An event stream of an application that does not know when to end it. Watches what is written for where
 * events end, which is at an empty line (WHATWG HTML, "Interpreting an event stream"): a client throws away
 * what comes after the last one.
 */
export class OpenEventStream {
  readonly #response: StreamResponse
  /** Whether no event is half written. What was written before the watch began is taken for whole events. */
  #whole = true
  #tail = '\n\n'
  #leaving = false

  /**
   * Stands in front of the `write` that the application calls: what a compressing middleware makes of it has
   * no lines.
   */
  constructor(response: StreamResponse) {
    this.#response = response
    const write = response.write
    response.write = (...args) => {
      const result = Reflect.apply(write, response, args)
      this.note(args[0])
      return result
    }
  }

  /** Looks at what has just been written. */
  note(chunk: unknown): void {
    const text = textOf(chunk)
    if (text === '') return
    this.#tail = (this.#tail + text).slice(-4)
    // Comments are lines of their own, which may come without an empty one.
    this.#whole = endsWithEmptyLine(this.#tail) || (this.#whole && commentLines.test(text))
    if (this.#leaving && this.#whole) this.#endSoon()
  }

  /** Ends the stream as soon as no event is half written. Idempotent. */
  leave(): void {
    if (this.#leaving) return
    this.#leaving = true
    this.#endSoon()
  }

  /**
   * With the next turn of the event loop: an application writes an event in several pieces, and several
   * events, at once.
   */
  #endSoon(): void {
    setImmediate(() => {
      if (this.#whole && !this.#response.writableEnded) this.#end()
    })
  }

  /**
   * For the application it is as if its client had gone: the response is closed, and what is written to it
   * later is dropped without an error event.
   */
  #end(): void {
    const response = this.#response
    const { end } = response
    // As the application would: what compresses the response has a trailer of its own to write.
    Reflect.apply(end, response, [])
    response.write = (...args) => {
      const callback = args.find((arg) => typeof arg === 'function')
      if (callback) process.nextTick(callback, droppedError())
      return false
    }
    response.end = (...args) => {
      const callback = args.find((arg) => typeof arg === 'function')
      return Reflect.apply(end, response, callback ? [callback] : [])
    }
  }
}

function endsWithEmptyLine(tail: string): boolean {
  return tail.replaceAll(/\r\n?/g, '\n').endsWith('\n\n')
}

function textOf(chunk: unknown): string {
  if (typeof chunk === 'string') return chunk.slice(-LOOK_BACK)
  if (!(chunk instanceof Uint8Array)) return ''
  const last = chunk.subarray(-LOOK_BACK)
  return Buffer.from(last.buffer, last.byteOffset, last.byteLength).toString('latin1')
}

// Node's own code for a response that is no more.
const droppedError = (): Error =>
  Object.assign(new Error('The event stream was ended because the process goes away'), {
    code: 'ERR_STREAM_DESTROYED',
  })
