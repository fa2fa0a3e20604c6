import wasm from 'undici/lib/llhttp/llhttp-wasm.js'

/** Callbacks of llhttp, in this order. Offsets are within the bytes of the current call. */
export interface LlhttpCallbacks {
  onMessageBegin(): number
  /**
   * Bytes of the reason phrase. At the end of a chunk, this and the following callbacks may get only a part.
   */
  onStatus(at: number, length: number): number
  /** Bytes of a field name. */
  onName(at: number, length: number): number
  /** Bytes of a field value. */
  onValue(at: number, length: number): number
  /** Returns 1 when no body follows, and 2 when no HTTP follows. */
  onHeadersComplete(status: number, isUpgrade: boolean, keepsAlive: boolean): number
  onBody(at: number, length: number): number
  onMessageComplete(): number
}

/** A callback returns this to stop llhttp. */
export const REFUSED = -1
/** {@link Llhttp.execute} returns this after an upgrade, where no HTTP follows. */
export const PAUSED_UPGRADE = 22
/** Maximum input of one {@link Llhttp.execute}, which is what Node reads from a socket at once. */
export const MAX_INPUT_BYTES = 64 * 1024

const RESPONSE = 2

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly malloc: (bytes: number) => number
  readonly llhttp_alloc: (type: number) => number
  readonly llhttp_free: (parser: number) => void
  readonly llhttp_reset: (parser: number) => void
  readonly llhttp_execute: (parser: number, at: number, length: number) => number
  readonly llhttp_finish: (parser: number) => number
  readonly llhttp_errno_name: (error: number) => number
  readonly llhttp_get_error_reason: (parser: number) => number
}

/** The part of `WebAssembly` in use. Only the types of browsers declare it. */
interface WebAssemblyHost {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (
    module: object,
    imports: { readonly env: Readonly<Record<string, (...numbers: number[]) => number>> },
  ) => { readonly exports: unknown }
}

/** An instance of llhttp with its input buffer. */
interface Instance {
  readonly llhttp: Exports
  readonly inputAt: number
}

/** Callbacks of the parser that runs now. Parsing is synchronous, so all connections share one instance. */
let current: LlhttpCallbacks | undefined
let instance: Instance | undefined
let input = new Uint8Array(0)

function load(): Instance {
  if (instance) return instance
  const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyHost }
  const env = {
    wasm_on_message_begin: () => current?.onMessageBegin() ?? REFUSED,
    wasm_on_url: () => REFUSED,
    wasm_on_status: (_: number, at: number, length: number) =>
      current?.onStatus(at - inputAt, length) ?? REFUSED,
    wasm_on_header_field: (_: number, at: number, length: number) =>
      current?.onName(at - inputAt, length) ?? REFUSED,
    wasm_on_header_value: (_: number, at: number, length: number) =>
      current?.onValue(at - inputAt, length) ?? REFUSED,
    wasm_on_headers_complete: (_: number, status: number, isUpgrade: number, keepsAlive: number) =>
      current?.onHeadersComplete(status, isUpgrade === 1, keepsAlive === 1) ?? REFUSED,
    wasm_on_body: (_: number, at: number, length: number) => current?.onBody(at - inputAt, length) ?? REFUSED,
    wasm_on_message_complete: () => current?.onMessageComplete() ?? REFUSED,
  }
  const llhttp = new WebAssembly.Instance(new WebAssembly.Module(wasm), { env }).exports as Exports
  const inputAt = llhttp.malloc(MAX_INPUT_BYTES)
  return (instance = { llhttp, inputAt })
}

/**
 * A parser of answers. `node:http` uses the same one, so both refuse the same input in the same words. Alone
 * it costs a small part of the time of `node:http`.
 */
export class Llhttp {
  readonly #callbacks: LlhttpCallbacks
  readonly #parser: number

  constructor(callbacks: LlhttpCallbacks) {
    this.#callbacks = callbacks
    this.#parser = load().llhttp.llhttp_alloc(RESPONSE)
  }

  /** Resets the parser. */
  reset(): void {
    load().llhttp.llhttp_reset(this.#parser)
  }

  /** Parses at most {@link MAX_INPUT_BYTES}. Returns 0 or an error number. */
  execute(bytes: Uint8Array): number {
    const { llhttp, inputAt } = load()
    // When WebAssembly memory grows, its buffer is replaced.
    if (input.buffer !== llhttp.memory.buffer) {
      input = new Uint8Array(llhttp.memory.buffer, inputAt, MAX_INPUT_BYTES)
    }
    input.set(bytes)
    current = this.#callbacks
    try {
      return llhttp.llhttp_execute(this.#parser, inputAt, bytes.length)
    } finally {
      current = undefined
    }
  }

  /** Reports the end of the connection, which ends an answer without a length. */
  finish(): void {
    current = this.#callbacks
    try {
      load().llhttp.llhttp_finish(this.#parser)
    } finally {
      current = undefined
    }
  }

  /** Describes an error of {@link Llhttp.execute} in the words of `node:http`. */
  describe(error: number): { readonly code: string; readonly reason: string } {
    const { llhttp } = load()
    return {
      code: readText(llhttp, llhttp.llhttp_errno_name(error)),
      reason: readText(llhttp, llhttp.llhttp_get_error_reason(this.#parser)),
    }
  }

  /** Frees the memory. Do not call anything after it. */
  free(): void {
    load().llhttp.llhttp_free(this.#parser)
  }
}

/** Reads a C string. */
function readText({ memory }: Exports, at: number): string {
  const bytes = Buffer.from(memory.buffer)
  return bytes.toString('latin1', at, bytes.indexOf(0, at))
}
