import { blockUntilOpen, database, passGate } from '#parts'
import type { WebSocket } from 'ws'

export { database }

/**
 * Every message is answered with itself; one that names a gate when that is open, or blocks the process until
 * then.
 */
export function onConnection(socket: WebSocket): void {
  socket.on('message', (data: Buffer) => void answer(socket, data.toString()))
}

async function answer(socket: WebSocket, message: string): Promise<void> {
  const [what, gate = ''] = message.split(' ')
  if (what === 'slow') await passGate(gate)
  if (what === 'block') blockUntilOpen(gate)
  await database.query()
  socket.send(message)
}
