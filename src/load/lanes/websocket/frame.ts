/** What arrives from a server. Text and binary are one: an echo in Node answers a text with a binary frame as easily as with a text. */
export type Message =
  | { readonly kind: 'data'; readonly text: string }
  | { readonly kind: 'ping'; readonly payload: Buffer }
  | { readonly kind: 'close'; readonly code: number }

/** Puts frames together to messages, from bytes in whatever pieces they come. */
export interface MessageReader {
  /**
   * Yields what is complete now, one by one: a message in front of bytes that are none has arrived, whatever packet it came in.
   * @throws Error with the code `WEBSOCKET_PROTOCOL` on bytes that no server may send
   */
  write(chunk: Buffer): Iterable<Message>
}

/** Opcodes of RFC 6455 §5.2 that are sent here. */
export const opcodes = { text: 1, close: 8, pong: 10 } as const

/** An echo is small; a length beyond this is taken for bytes that are no frame. */
const MAX_PAYLOAD_BYTES = 1024 * 1024
/** A close frame without a code (RFC 6455 §7.4.1, 1005). */
const NO_CODE = 1005

/** A final frame from a client, masked as RFC 6455 §5.3 wants it. At most 65,535 bytes of payload. */
export function encodeFrame(opcode: number, payload: Buffer, mask: Buffer): Buffer {
  const { length } = payload
  const head =
    length < 126
      ? Buffer.from([0x80 | opcode, 0x80 | length])
      : Buffer.from([0x80 | opcode, 0x80 | 126, length >> 8, length & 0xff])
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))])
}

/** A reader of one connection, from its first byte after the handshake. */
export function createMessageReader(): MessageReader {
  let rest: Buffer = Buffer.alloc(0)
  let parts: Buffer[] | undefined

  const take = ({ opcode, final, payload }: Frame): Message | undefined => {
    if (opcode >= 8) return takeControl(opcode, final, payload)
    if (opcode > 2 || (opcode === 0) !== (parts !== undefined)) throw broken(`opcode ${opcode}`)
    parts = [...(parts ?? []), payload]
    if (parts.reduce((sum, part) => sum + part.length, 0) > MAX_PAYLOAD_BYTES) throw broken('a long message')
    if (!final) return undefined
    const text = Buffer.concat(parts).toString()
    parts = undefined
    return { kind: 'data', text }
  }
  return {
    *write(chunk) {
      rest = Buffer.concat([rest, chunk])
      for (let frame = readFrame(rest); frame; frame = readFrame(rest)) {
        rest = rest.subarray(frame.bytes)
        const message = take(frame)
        if (message) yield message
      }
    },
  }
}

interface Frame {
  readonly opcode: number
  readonly final: boolean
  readonly payload: Buffer
  /** Of the whole frame. */
  readonly bytes: number
}

function readFrame(bytes: Buffer): Frame | undefined {
  const [first, second] = bytes
  if (first === undefined || second === undefined) return undefined
  // No extension was asked for, and only clients mask (RFC 6455 §5.1, §5.2).
  if ((first & 0x70) !== 0 || second >= 0x80) throw broken(`a frame that begins with ${first} ${second}`)
  const wide = second === 126 ? 2 : second === 127 ? 8 : 0
  if (bytes.length < 2 + wide) return undefined
  const length = wide === 2 ? bytes.readUInt16BE(2) : wide === 8 ? Number(bytes.readBigUInt64BE(2)) : second
  if (length > MAX_PAYLOAD_BYTES) throw broken(`a payload of ${length} bytes`)
  const end = 2 + wide + length
  if (bytes.length < end) return undefined
  return { opcode: first & 0x0f, final: first >= 0x80, payload: bytes.subarray(2 + wide, end), bytes: end }
}

function takeControl(opcode: number, final: boolean, payload: Buffer): Message | undefined {
  if (!final || payload.length > 125 || opcode > 10) throw broken(`control frame ${opcode}`)
  if (opcode === opcodes.pong) return undefined
  if (opcode === 9) return { kind: 'ping', payload: Buffer.from(payload) }
  return { kind: 'close', code: payload.length < 2 ? NO_CODE : payload.readUInt16BE(0) }
}

function broken(what: string): Error {
  return Object.assign(new Error(`the server sent ${what}, which is no WebSocket`), {
    code: 'WEBSOCKET_PROTOCOL',
  })
}
