/** Types of HTTP/2 frames (RFC 9113 §6). */
export const frameTypes = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const

/** What an HTTP/2 client says first (RFC 9113 §3.4); a SETTINGS frame has to follow. */
export const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

/** Flags of HTTP/2 frames. */
export const flags = { none: 0, endStream: 1, ack: 1, endHeaders: 4 } as const

/** One frame, whether it makes sense or not. */
export function frame(type: number, flag: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flag
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** A SETTINGS frame. */
export function settings(entries: Readonly<Record<number, number>> = {}): Buffer {
  const payload = Object.entries(entries).map(([id, value]) => {
    const entry = Buffer.alloc(6)
    entry.writeUInt16BE(Number(id), 0)
    entry.writeUInt32BE(value, 2)
    return entry
  })
  return frame(frameTypes.settings, flags.none, 0, Buffer.concat(payload))
}

/** SETTINGS_INITIAL_WINDOW_SIZE (RFC 9113 §6.5.2). */
export const initialWindowSize = 4

/**
 * The header block of a GET in HPACK without a dynamic table (RFC 7541): `:method`, `:scheme`, `:path` and
 * `:authority`.
 */
export function headerBlock(path: string, method: 'GET' | 'POST' = 'GET'): Buffer {
  return Buffer.concat([
    Buffer.from([method === 'GET' ? 0x82 : 0x83, 0x86, 0x04, path.length]),
    Buffer.from(path, 'latin1'),
    Buffer.from([0x01, 4]),
    Buffer.from('test'),
  ])
}

/** A request: its HEADERS frame, and with it the end of the stream when it has no body. */
export function request(stream: number, path: string, method: 'GET' | 'POST' = 'GET'): Buffer {
  const flag = flags.endHeaders | (method === 'GET' ? flags.endStream : 0)
  return frame(frameTypes.headers, flag, stream, headerBlock(path, method))
}

/** RST_STREAM with this code. */
export function reset(stream: number, code: number): Buffer {
  const payload = Buffer.alloc(4)
  payload.writeUInt32BE(code)
  return frame(frameTypes.reset, flags.none, stream, payload)
}

/** So many frames in one buffer. */
export function many(count: number, make: (index: number) => Buffer): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, index) => make(index)))
}
