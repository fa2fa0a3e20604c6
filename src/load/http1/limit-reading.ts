import type { Socket } from 'node:net'

/**
 * Reads a socket at so many bytes per second, at most. In between it is paused, so that the rest waits in the
 * kernels' buffers and in the server.
 */
export function limitReading(socket: Socket, bytesPerSecond: number): void {
  let dueMs = 0
  let timer: NodeJS.Timeout | undefined
  socket.on('data', (chunk: Buffer) => {
    const nowMs = performance.now()
    // Time in which nothing came is not made up for.
    dueMs = Math.max(nowMs, dueMs) + (chunk.length * 1_000) / bytesPerSecond
    socket.pause()
    timer = setTimeout(() => socket.resume(), dueMs - nowMs)
  })
  socket.once('close', () => clearTimeout(timer))
}
