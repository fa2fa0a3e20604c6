import { Agent } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { PickTarget, Target } from './sample.ts'

/** What is known about one connection beyond what Node keeps. */
export interface ConnectionFacts {
  readonly target: Target
  /** Requests sent on it so far, the current one included. */
  requests: number
  /** Monotonic milliseconds of the end of the last answer. */
  lastUsedMs: number | undefined
}

const factsOfSockets = new WeakMap<object, ConnectionFacts>()

/** The facts of a connection that a {@link DialAgent} dialled. */
export function factsOf(socket: object): ConnectionFacts | undefined {
  return factsOfSockets.get(socket)
}

/**
 * An agent that asks for its target each time it dials, as kube-proxy chooses an endpoint for a connection and never for a request.
 * One virtual client owns one agent. Nothing is sent twice: `node:http` surfaces every error.
 */
export class DialAgent extends Agent {
  readonly #pickTarget: PickTarget

  constructor(pickTarget: PickTarget, keepAlive: boolean) {
    super({ keepAlive, maxSockets: keepAlive ? 1 : Infinity })
    this.#pickTarget = pickTarget
  }

  override createConnection(
    _options: object,
    callback?: (error: Error | null, socket: Socket) => void,
  ): Socket | undefined {
    const target = this.#pickTarget()
    if (target === undefined) {
      ;(callback as ((error: Error) => void) | undefined)?.(noEndpoint())
      return undefined
    }
    return dial(target)
  }
}

/** Dials a target and begins its facts. */
export function dial(target: Target): Socket {
  const socket = connect({ host: target.host, port: target.port, noDelay: true })
  factsOfSockets.set(socket, { target, requests: 0, lastUsedMs: undefined })
  return socket
}

/** A Service without endpoints has a REJECT rule: its clients see this very error. */
export function noEndpoint(): Error {
  return Object.assign(new Error('no endpoint is ready'), { code: 'ECONNREFUSED', syscall: 'connect' })
}
