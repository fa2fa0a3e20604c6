import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { WebSocket } from 'ws'

/** How questions are asked in a protocol on top of WebSockets. */
export interface Protocol {
  readonly path: string
  readonly subprotocol?: string
  /** What is said first; whatever comes first is taken for its answer. */
  readonly hello?: string
  ask(id: number, message: string): string
  /** The id of the question that this answers, null when it is none. */
  answered(text: string): number | null
}

/** How a connection was closed, as its client sees it. */
export interface Closed {
  readonly code: number
  /** Ids of the questions that were not answered. */
  readonly unanswered: readonly number[]
}

/** A client that asks, and remembers what it is owed. */
export class Conversation {
  readonly closed: Promise<Closed>
  readonly #socket: WebSocket
  readonly #protocol: Protocol
  readonly #owed = new Map<number, () => void>()
  #questions = 0

  constructor(socket: WebSocket, protocol: Protocol) {
    this.#socket = socket
    this.#protocol = protocol
    this.closed = once(socket, 'close').then(([code]) => ({
      code: code as number,
      unanswered: [...this.#owed.keys()],
    }))
    socket.on('message', (data: Buffer) => {
      const id = protocol.answered(data.toString())
      if (id === null) return
      this.#owed.get(id)?.()
      this.#owed.delete(id)
    })
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  /** Resolves when the question is answered: to true, or to false when the connection was closed instead. */
  ask(message = 'hello'): Promise<boolean> {
    const id = ++this.#questions
    const answer = new Promise<boolean>((resolve) => this.#owed.set(id, () => resolve(true)))
    this.#socket.send(this.#protocol.ask(id, message))
    return Promise.race([answer, this.closed.then(() => false)])
  }
}

/** Opens a connection that is ready for questions. */
export async function converse(t: TestContext, port: number, protocol: Protocol): Promise<Conversation> {
  const { path, subprotocol, hello } = protocol
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, subprotocol ? [subprotocol] : [])
  t.after(() => socket.terminate())
  await once(socket, 'open')
  if (hello !== undefined) {
    socket.send(hello)
    await once(socket, 'message')
  }
  return new Conversation(socket, protocol)
}
