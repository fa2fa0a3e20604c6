import type { Socket } from 'node:net'

/** How much, and for how long, to wait for a line. */
export interface LineLimits {
  readonly maxBytes: number
  readonly timeoutMs: number
}

/** A line without its end, or why there is none. `gone`: nobody is left to read an answer. */
export type ReadLine = { readonly line: string } | { readonly problem: string } | { readonly gone: true }

/** Reads one line from a connection. What follows it stays unread. Never rejects. */
export function readLine(socket: Socket, { maxBytes, timeoutMs }: LineLimits): Promise<ReadLine> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const settle = (result: ReadLine): void => {
      clearTimeout(timer)
      socket.removeListener('data', onData).removeListener('end', onEnd).removeListener('close', onClose)
      resolve(result)
    }
    const onData = (chunk: Buffer): void => {
      const end = chunk.indexOf('\n')
      chunks.push(end < 0 ? chunk : chunk.subarray(0, end))
      bytes += chunks.at(-1)?.length ?? 0
      if (bytes > maxBytes) settle({ problem: `got more than ${maxBytes} bytes without a line end` })
      else if (end >= 0) settle({ line: Buffer.concat(chunks).toString() })
    }
    const onEnd = (): void => settle({ problem: 'got the end of the connection before a line end' })
    const onClose = (): void => settle({ gone: true })
    const timer = setTimeout(() => settle({ problem: `got no whole line within ${timeoutMs} ms` }), timeoutMs)
    socket.on('data', onData).on('end', onEnd).on('close', onClose)
  })
}
