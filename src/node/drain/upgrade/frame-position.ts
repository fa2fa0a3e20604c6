/** Longest payload of a control frame (RFC 6455 §5.5). */
const LONGEST_CONTROL = 125
/**
 * Longest payload whose length fits into 7 bits, and the value that announces a length of two bytes. The only
 * other value announces eight (RFC 6455 §5.2).
 */
const SHORT = { longest: 125, twoBytes: 126 } as const
const CLOSE = 8

/**
 * Finds the boundaries between WebSocket frames in bytes that arrive in pieces of any size. A proxy writes
 * one message in many pieces, and a close frame in the middle would become part of the message. Reads only
 * the heads and counts the payloads.
 */
export class FramePosition {
  /** Offset in the last piece at which a frame ended most recently; -1 when none did. */
  boundary = -1
  /** The bytes are not WebSocket frames (RFC 6455 §5.2), so the end of a frame cannot be found. */
  isLost = false
  /** A close frame has begun. Nothing may be sent after it (RFC 6455 §5.5.1). */
  isClosed = false
  /** Remaining bytes of the frame: of its masking key and its payload. */
  #left = 0
  /** How many bytes of the head were read. */
  #headLength = 0
  #opcode = 0
  #maskLength = 0
  /** The extended length: remaining bytes, total bytes, and the value so far. */
  #lengthBytes = 0
  #lengthSize = 0
  #length = 0

  /** Whether the last frame is complete and no other has begun. */
  get isBetweenFrames(): boolean {
    return this.#left === 0 && this.#headLength === 0
  }

  /** Reads the next piece. */
  pass(bytes: Uint8Array, from = 0): void {
    const end = bytes.length
    this.boundary = -1
    let at = from
    while (at < end && !this.isLost) {
      // A client ignores everything behind a complete close frame.
      if (this.isClosed && this.isBetweenFrames) return
      if (this.#left > 0) {
        const taken = Math.min(this.#left, end - at)
        this.#left -= taken
        at += taken
        if (this.#left === 0) this.boundary = at
      } else {
        this.#readHead(bytes[at] as number)
        at++
        if (this.isBetweenFrames) this.boundary = at
      }
    }
  }

  #readHead(byte: number): void {
    if (this.#headLength === 0) this.#readOpcode(byte)
    else if (this.#headLength === 1) this.#readShortLength(byte)
    else this.#readLength(byte)
  }

  #readOpcode(byte: number): void {
    this.#opcode = byte & 0x0f
    this.#headLength = 1
    const isFinal = (byte & 0x80) !== 0
    const isControl = this.#opcode >= CLOSE
    // Opcodes 3 to 7 and 11 to 15 are reserved. Of the reserved bits, compression uses the first one, on data
    // frames (RFC 7692 §6).
    const isKnown = isControl ? this.#opcode <= 10 : this.#opcode <= 2
    const reserved = byte & (isControl ? 0x70 : 0x30)
    this.isLost = !isKnown || reserved !== 0 || (isControl && !isFinal)
    if (this.#opcode === CLOSE && !this.isLost) this.isClosed = true
  }

  #readShortLength(byte: number): void {
    const length = byte & 0x7f
    this.#maskLength = byte & 0x80 ? 4 : 0
    this.#headLength = 2
    if (length <= SHORT.longest) return this.#endHead(length)
    this.isLost = this.#opcode >= CLOSE
    this.#lengthSize = length === SHORT.twoBytes ? 2 : 8
    this.#lengthBytes = this.#lengthSize
    this.#length = 0
  }

  #readLength(byte: number): void {
    this.#length = this.#length * 256 + byte
    if (--this.#lengthBytes > 0) return
    // A length must use the fewest possible bytes, and no program sends more than an array can hold.
    const least = this.#lengthSize === 2 ? LONGEST_CONTROL + 1 : 2 ** 16
    if (this.#length < least || this.#length > Number.MAX_SAFE_INTEGER) this.isLost = true
    else this.#endHead(this.#length)
  }

  #endHead(length: number): void {
    this.#left = length + this.#maskLength
    this.#headLength = 0
  }
}
