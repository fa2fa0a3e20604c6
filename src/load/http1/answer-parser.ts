import { maxHeaderSize } from 'node:http'
import { Llhttp, type LlhttpCallbacks, MAX_INPUT_BYTES, PAUSED_UPGRADE, REFUSED } from './llhttp.ts'

/** The head of an answer. */
export interface AnswerHead {
  readonly status: number
  /** The value of the first field with this name; undefined when there is none. */
  field(name: string): string | undefined
}

/** Callbacks of a parser. It skips interim answers (100, 103). */
export interface AnswerEvents {
  onHead(head: AnswerHead): void
  onBody(bytes: Buffer): void
}

const NO_BYTES = Buffer.alloc(0)
const NO_BODY = 1
const NO_HTTP = 2

/** Parses the answers on one connection, one after another. */
export class AnswerParser implements LlhttpCallbacks {
  /** Whether the head is complete. */
  hasHead = false
  /** Whether the answer is complete. */
  isComplete = false
  /** Whether the server has switched to another protocol. */
  isUpgrade = false
  /** Whether more bytes followed the answer. */
  hasExcess = false
  /** Whether the server accepts another request on this connection. */
  keepsAlive = false
  readonly #events: AnswerEvents
  readonly #llhttp: Llhttp
  #chunk: Buffer = NO_BYTES
  #isHeadOnly = false
  #isInterim = false
  /** Bytes of the head so far, as `node:http` counts them. */
  #headBytes = 0
  /** The fields, without those that are still in `#chunk`. */
  #fields = ''
  /** Where the fields begin in `#chunk`; negative before they begin. */
  #fieldsFrom = -1
  #fieldsTo = 0

  constructor(events: AnswerEvents) {
    this.#events = events
    this.#llhttp = new Llhttp(this)
  }

  /** Prepares for the next answer. `isHeadOnly` says that it has no body, whatever its head says. */
  expect(isHeadOnly: boolean): void {
    this.hasHead = false
    this.isComplete = false
    this.#isHeadOnly = isHeadOnly
    this.#llhttp.reset()
  }

  /** Parses new bytes. Returns the fault; undefined when there is none. */
  write(bytes: Buffer): Error | undefined {
    for (let at = 0; at < bytes.length; at += MAX_INPUT_BYTES) {
      const chunk = bytes.length <= MAX_INPUT_BYTES ? bytes : bytes.subarray(at, at + MAX_INPUT_BYTES)
      this.#chunk = chunk
      const error = this.#llhttp.execute(chunk)
      if (error === PAUSED_UPGRADE) break
      if (error !== 0) return this.#describe(error)
      if (!this.hasHead && this.#fieldsFrom >= 0) this.#keepFields()
    }
    this.#chunk = NO_BYTES
    return undefined
  }

  /** Tells the parser that the server has ended its side. That completes an answer without a length. */
  finish(): void {
    this.#llhttp.finish()
  }

  /** Frees the memory. Do not call anything after it. */
  free(): void {
    this.#llhttp.free()
  }

  onMessageBegin(): number {
    this.hasExcess ||= this.isComplete
    this.#isInterim = false
    this.#headBytes = 0
    this.#fields = ''
    this.#fieldsFrom = -1
    this.#fieldsTo = 0
    return 0
  }

  onStatus(_at: number, length: number): number {
    return this.#countHead(length)
  }

  onName(at: number, length: number): number {
    if (this.#fieldsFrom < 0) this.#fieldsFrom = at
    return this.#countHead(length)
  }

  onValue(at: number, length: number): number {
    this.#fieldsTo = at + length
    return this.#countHead(length)
  }

  onHeadersComplete(status: number, isUpgrade: boolean, keepsAlive: boolean): number {
    this.#headBytes = 0
    if (this.hasExcess) return 0
    this.isUpgrade = isUpgrade
    if (isUpgrade) return NO_HTTP
    this.#isInterim = status < 200 && status !== 101
    if (this.#isInterim) return NO_BODY
    this.hasHead = true
    this.keepsAlive = keepsAlive
    const fields =
      this.#fields + this.#chunk.toString('latin1', Math.max(0, this.#fieldsFrom), this.#fieldsTo)
    this.#events.onHead({ status, field: (name) => findField(fields, name) })
    return this.#isHeadOnly ? NO_BODY : 0
  }

  onBody(at: number, length: number): number {
    if (!this.hasExcess) this.#events.onBody(this.#chunk.subarray(at, at + length))
    return 0
  }

  onMessageComplete(): number {
    this.isComplete ||= !this.#isInterim
    return 0
  }

  /** Copies the partial fields until the rest arrives. */
  #keepFields(): void {
    this.#fields += this.#chunk.toString('latin1', this.#fieldsFrom)
    this.#fieldsFrom = 0
    this.#fieldsTo = 0
  }

  #countHead(length: number): number {
    this.#headBytes += length
    return this.#headBytes < maxHeaderSize ? 0 : REFUSED
  }

  #describe(error: number): Error {
    const isTooLong = this.#headBytes >= maxHeaderSize
    const { code, reason } = isTooLong
      ? { code: 'HPE_HEADER_OVERFLOW', reason: 'Header overflow' }
      : this.#llhttp.describe(error)
    return Object.assign(new Error(`Parse Error: ${reason}`), { code })
  }
}

/**
 * Searches the fields as text instead of parsing each one. The client asks most answers for a single field
 * that they do not have.
 */
function findField(fields: string, name: string): string | undefined {
  return new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, 'im').exec(fields)?.[1]
}
