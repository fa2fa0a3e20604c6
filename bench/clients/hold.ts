/**
 * Holds many idle keep-alive connections, in a process of its own: the server's descriptors and this one's
 * are counted apart.
 */
import type { Socket } from 'node:net'
import { once } from 'node:events'
import { answerQuestions } from '../answers.ts'
import type { HoldOrder } from '../protocol.ts'
import { requestOnce } from './raw-request.ts'

/** Below Node's default backlog of 511: a connection that does not fit waits a second for its next try. */
const AT_ONCE = 200

const held = new Set<Socket>()

answerQuestions({ hold, held: () => held.size, release })

async function hold({ port, connections }: HoldOrder): Promise<number> {
  for (let left = connections; left > 0; left -= AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, () => holdOne(port)))
  }
  return held.size
}

async function holdOne(port: number): Promise<void> {
  const { socket } = await requestOnce(port, '/')
  held.add(socket)
  socket.once('close', () => held.delete(socket))
}

async function release(): Promise<null> {
  const closing = [...held].map((socket) => once(socket, 'close'))
  for (const socket of held) socket.destroy()
  await Promise.all(closing)
  return null
}
