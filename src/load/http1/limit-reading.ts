import type { Socket } from 'node:net'

/** A busy machine reads late. It may catch up by this much; without a bound there would be no rate limit. */
const MADE_UP_MS = 1_000

/**
 * Limits how fast a socket is read. It pauses the socket in between, so that the rest waits in the kernels'
 * buffers and in the server.
 */
export function limitReading(socket: Socket, bytesPerSecond: number): void {
  let dueMs: number | undefined
  let timer: NodeJS.Timeout | undefined
  socket.on('data', (chunk: Buffer) => {
    const nowMs = performance.now()
    dueMs = Math.max(nowMs - MADE_UP_MS, dueMs ?? nowMs) + (chunk.length * 1_000) / bytesPerSecond
    if (dueMs <= nowMs) return
    socket.pause()
    timer = setTimeout(() => socket.resume(), dueMs - nowMs)
  })
  socket.once('close', () => clearTimeout(timer))
}
