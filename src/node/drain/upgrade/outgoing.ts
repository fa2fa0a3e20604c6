import type { Duplex } from 'node:stream'

/** Sees the bytes of a connection before they are written. */
export interface OutputFollower {
  /** @returns null when all bytes may be written; otherwise how many of them, and then `stop()` is called */
  pass(bytes: Uint8Array): number | null
  /** Called after the permitted bytes are written. */
  stop(): void
}

interface Output {
  follower: OutputFollower | null
  readonly write: Duplex['write']
  readonly end: Duplex['end']
}

const outputKey: unique symbol = Symbol('lastcall.output')
type Followed = Duplex & { [outputKey]?: Output }

/**
 * Shows a follower everything that the application writes to a connection, including piped, corked and
 * buffered data. If the connection already has a follower, it is replaced.
 */
export function followOutput(socket: Followed, follower: OutputFollower): void {
  const output = socket[outputKey]
  if (output) {
    output.follower = follower
    return
  }
  socket[outputKey] = { follower, write: socket.write, end: socket.end }
  // All sockets share these functions. Closures would cost memory for every WebSocket.
  socket.write = followedWrite as Duplex['write']
  socket.end = followedEnd as Duplex['end']
}

/** Removes the follower, and our functions as well unless the application has wrapped them since. */
export function unfollowOutput(socket: Followed): void {
  const output = socket[outputKey]
  if (!output) return
  output.follower = null
  if (socket.write !== followedWrite || socket.end !== followedEnd) return
  socket.write = output.write
  socket.end = output.end
  delete socket[outputKey]
}

/**
 * Writes these bytes as the last ones. Later writes of the application are dropped, and its `end()` works
 * without them.
 */
export function writeLast(socket: Followed, bytes: Uint8Array, written: () => void): void {
  Reflect.apply(socket[outputKey]?.write ?? socket.write, socket, [bytes, written])
  dropWrites(socket)
}

/** Drops everything that the application writes from now on. */
export function dropWrites(socket: Followed): void {
  const end = socket[outputKey]?.end ?? socket.end
  socket.write = dropped as Duplex['write']
  socket.end = function endWithout(this: Duplex, ...args: unknown[]): Duplex {
    const callback = args.find((arg) => typeof arg === 'function')
    return Reflect.apply(end, this, callback ? [callback] : []) as Duplex
  } as Duplex['end']
}

function followedWrite(this: Followed, chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
  const { follower, write } = this[outputKey] as Output
  const part = passTo(follower, chunk, encoding)
  if (part === null) return Reflect.apply(write, this, [chunk, encoding, callback])
  writePart(this, write, part)
  follower?.stop()
  return dropped(null, encoding, callback)
}

function followedEnd(this: Followed, ...args: unknown[]): Duplex {
  const { follower, write, end } = this[outputKey] as Output
  const part = passTo(follower, args[0], args[1])
  if (part === null) return Reflect.apply(end, this, args)
  writePart(this, write, part)
  follower?.stop()
  return Reflect.apply(this.end, this, args)
}

/** The part of a chunk that may be written, null when all of it may. */
function passTo(follower: OutputFollower | null, chunk: unknown, encoding: unknown): Uint8Array | null {
  const bytes = follower && bytesOf(chunk, encoding)
  if (!bytes) return null
  const limit = follower.pass(bytes)
  return limit === null ? null : bytes.subarray(0, limit)
}

function writePart(socket: Duplex, write: Duplex['write'], part: Uint8Array): void {
  if (part.length > 0) Reflect.apply(write, socket, [part])
}

function dropped(_chunk: unknown, encoding?: unknown, callback: unknown = encoding): boolean {
  if (typeof callback === 'function') process.nextTick(callback as () => void)
  return true
}

/** Null for a value that no stream can write. Node's own `write` then reports the error. */
function bytesOf(chunk: unknown, encoding: unknown): Uint8Array | null {
  if (chunk instanceof Uint8Array) return chunk
  if (typeof chunk === 'string') {
    if (typeof encoding !== 'string') return Buffer.from(chunk)
    return Buffer.isEncoding(encoding) ? Buffer.from(chunk, encoding) : null
  }
  return ArrayBuffer.isView(chunk) ? new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength) : null
}
