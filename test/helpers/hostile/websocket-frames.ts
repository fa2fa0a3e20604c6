import { randomBytes } from 'node:crypto'

/** A well-formed handshake (RFC 6455 §4.1). */
export function handshake(path = '/chat'): string {
  return [
    `GET ${path} HTTP/1.1`,
    'Host: test',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    '\r\n',
  ].join('\r\n')
}

/** What may be wrong with a {@link clientFrame}. */
export interface FrameFaults {
  readonly unmasked?: boolean
  /** Bits of RSV1 to RSV3. */
  readonly reserved?: number
  readonly final?: boolean
  /** What the frame says its length is. */
  readonly claimedLength?: bigint
}

/** One frame of a client's, whether it makes sense or not (RFC 6455 §5.2). */
export function clientFrame(opcode: number, payload: Buffer, faults: FrameFaults = {}): Buffer {
  const { unmasked = false, reserved = 0, final = true, claimedLength } = faults
  const length = claimedLength ?? BigInt(payload.length)
  const size = length < 126n ? 0 : length < 65_536n ? 2 : 8
  const head = Buffer.alloc(2 + size)
  head[0] = (final ? 0x80 : 0) | (reserved << 4) | opcode
  head[1] = (unmasked ? 0 : 0x80) | (size === 0 ? Number(length) : size === 2 ? 126 : 127)
  if (size === 2) head.writeUInt16BE(Number(length), 2)
  if (size === 8) head.writeBigUInt64BE(length, 2)
  if (unmasked) return Buffer.concat([head, payload])
  const mask = randomBytes(4)
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ mask[index % 4]!)])
}

/** A close frame with this code. */
export function closeFrame(code: number): Buffer {
  return clientFrame(8, Buffer.from([code >> 8, code & 0xff]))
}
