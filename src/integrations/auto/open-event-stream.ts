/** The common part of Node's two kinds of responses: HTTP/1, and HTTP/2 in the compatibility API. */
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
 * An event stream of an application that does not know when to end it. Watches the written text for the end
 * of an event, which is an empty line (WHATWG HTML, "Interpreting an event stream"): a client discards
 * everything after the last one.
 */
export class OpenEventStream {
  readonly #response: StreamResponse
  /** Whether no event is half written. Text from before the watch began counts as whole events. */
  #whole = true
  #tail = '\n\n'
  #leaving = false

  /**
   * Replaces the `write` that the application calls. The output of a compressing middleware behind it has no
   * lines.
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

  /** Looks at a chunk that was just written. */
  note(chunk: unknown): void {
    const text = textOf(chunk)
    if (text === '') return
    this.#tail = (this.#tail + text).slice(-4)
    // A comment is a whole line, and needs no empty line after it.
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
   * Waits for the next turn of the event loop: an application writes one event in several pieces, and several
   * events at once.
   */
  #endSoon(): void {
    setImmediate(() => {
      if (this.#whole && !this.#response.writableEnded) this.#end()
    })
  }

  /**
   * The application sees the same as after a lost client: the response closes, and later writes are dropped
   * without an error event.
   */
  #end(): void {
    const response = this.#response
    const { end } = response
    // Ends the response like the application would: a compressing middleware has its own trailer to write.
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

// The error that Node uses for writes to an ended response.
const droppedError = (): Error =>
  Object.assign(new Error('The event stream was ended because the process is shutting down'), {
    code: 'ERR_STREAM_DESTROYED',
  })
