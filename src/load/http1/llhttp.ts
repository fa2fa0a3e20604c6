import wasm from 'undici/lib/llhttp/llhttp-wasm.js'

/** What llhttp tells while it parses, in this order. Places are within the bytes that it was given. */
export interface LlhttpCallbacks {
  onMessageBegin(): number
  /** Bytes of the reason phrase; a part of it at the end of a chunk, as of all that follows. */
  onStatus(at: number, length: number): number
  /** Bytes of a field's name. */
  onName(at: number, length: number): number
  /** Bytes of its value. */
  onValue(at: number, length: number): number
  /** 1: no body follows. 2: what follows is not HTTP. */
  onHeadersComplete(status: number, isUpgrade: boolean, keepsAlive: boolean): number
  onBody(at: number, length: number): number
  onMessageComplete(): number
}

/** What a callback returns to have llhttp stop. */
export const REFUSED = -1
/** What {@link Llhttp.execute} returns behind an upgrade, where no HTTP follows. */
export const PAUSED_UPGRADE = 22
/** The most that {@link Llhttp.execute} takes at once: what Node reads from a socket at once. */
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

/** What is used of `WebAssembly`, whose types only come with those of browsers. */
interface WebAssemblyHost {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (
    module: object,
    imports: { readonly env: Readonly<Record<string, (...numbers: number[]) => number>> },
  ) => { readonly exports: unknown }
}

/** llhttp, and its bytes to parse. */
interface Instance {
  readonly llhttp: Exports
  readonly inputAt: number
}

/** Of the parser that runs. Parsing is synchronous, so that one instance does for all connections. */
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
 * A parser of answers: the one that `node:http` has, so that both refuse the same in the same words. By
 * itself it costs a small part of what `node:http` does around it.
 */
export class Llhttp {
  readonly #callbacks: LlhttpCallbacks
  readonly #parser: number

  constructor(callbacks: LlhttpCallbacks) {
    this.#callbacks = callbacks
    this.#parser = load().llhttp.llhttp_alloc(RESPONSE)
  }

  /** Forgets what it has parsed. */
  reset(): void {
    load().llhttp.llhttp_reset(this.#parser)
  }

  /** Parses at most {@link MAX_INPUT_BYTES}. Returns 0, or the number of an error. */
  execute(bytes: Uint8Array): number {
    const { llhttp, inputAt } = load()
    // WebAssembly memory that grows becomes another buffer.
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

  /** Tells that the connection has ended, which ends an answer that has no length. */
  finish(): void {
    current = this.#callbacks
    try {
      load().llhttp.llhttp_finish(this.#parser)
    } finally {
      current = undefined
    }
  }

  /** What an error of {@link Llhttp.execute} is, in the words of `node:http`. */
  describe(error: number): { readonly code: string; readonly reason: string } {
    const { llhttp } = load()
    return {
      code: readText(llhttp, llhttp.llhttp_errno_name(error)),
      reason: readText(llhttp, llhttp.llhttp_get_error_reason(this.#parser)),
    }
  }

  /** Gives the memory back. Nothing may be called after it. */
  free(): void {
    load().llhttp.llhttp_free(this.#parser)
  }
}

/** Reads a string of C. */
function readText({ memory }: Exports, at: number): string {
  const bytes = Buffer.from(memory.buffer)
  return bytes.toString('latin1', at, bytes.indexOf(0, at))
}
