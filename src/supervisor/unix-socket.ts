import { connect } from 'node:net'

/**
 * Room in `sockaddr_un`, less the final zero byte (unix(7); macOS sys/un.h). Node 22 would cut a longer path
 * off, and use that.
 */
export const MAX_PATH_BYTES = process.platform === 'linux' ? 107 : 103

/** Connects to a unix socket, to see who has it. Null when somebody accepts, else the error code. */
export function knock(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.on('connect', () => {
      socket.destroy()
      resolve(null)
    })
    socket.on('error', ({ code, message }: NodeJS.ErrnoException) => resolve(code ?? message))
  })
}
