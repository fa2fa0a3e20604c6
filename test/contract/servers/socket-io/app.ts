import { database, passGate } from '#parts'
import type { Socket } from 'socket.io'

export { database }

/** Acknowledges every `say` with what was said, one that names a gate when that is open. */
export function onConnection(socket: Socket): void {
  socket.on('say', (message: string, acknowledge: (message: string) => void) => {
    socket.data.owed = (socket.data.owed ?? 0) + 1
    void answer(message).then((said) => {
      acknowledge(said)
      socket.data.owed--
    })
  })
}

async function answer(message: string): Promise<string> {
  const [what, gate = ''] = message.split(' ')
  if (what === 'slow') await passGate(gate)
  await database.query()
  return message
}
