import { connect, type Socket } from 'node:net'

/** An answer that has arrived to its last byte. */
export interface Arrived {
  readonly socket: Socket
  /** Bytes of the whole answer, head included. */
  readonly bytes: number
  /** `performance.now()` when the last byte was read. */
  readonly at: number
}

/** A request as small as HTTP/1.1 allows. */
export function requestText(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: bench\r\n\r\n`
}

/**
 * Makes one request on a connection of its own and leaves the connection open. Rejects unless the answer is a
 * whole 200 with a length.
 */
export function requestOnce(port: number, path: string, onSent: () => void = () => {}): Promise<Arrived> {
  const arrived = Promise.withResolvers<Arrived>()
  const socket = connect(port, '127.0.0.1', () => socket.write(requestText(path), onSent))
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk
    const length = /^HTTP\/1\.1 200 [^]*?\r\ncontent-length: (\d+)\r\n[^]*?\r\n\r\n/i.exec(text)
    const bytes = length ? length[0].length + Number(length[1]) : Infinity
    if (text.length === bytes) arrived.resolve({ socket, bytes, at: performance.now() })
  })
  socket.on('error', arrived.reject)
  socket.on('close', () =>
    arrived.reject(new Error(`closed before the answer was whole: ${text.slice(0, 80)}`)),
  )
  return arrived.promise
}
