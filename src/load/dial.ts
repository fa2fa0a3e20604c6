import { connect, type Socket } from 'node:net'
import type { Target } from './sample.ts'
import { dialTls, type Protocol } from './tls.ts'

/** Facts about one connection that Node does not keep. */
export interface ConnectionFacts {
  readonly target: Target
  /** Requests sent on it so far, the current one included. */
  requests: number
  /**
   * Whether the connection can carry requests: the TCP handshake, and the TLS handshake if there is one, is
   * done.
   */
  isUp: boolean
  /** The socket emits this event when the connection is up. */
  readonly upEvent: 'connect' | 'secureConnect'
  /** End of the last answer, in monotonic milliseconds. */
  lastUsedMs: number | undefined
}

const factsOfSockets = new WeakMap<object, ConnectionFacts>()

/** The facts of a connection that {@link dial} opened. */
export function factsOf(socket: object): ConnectionFacts | undefined {
  return factsOfSockets.get(socket)
}

/** Opens a connection to a target and starts to collect its facts. With TLS it negotiates the protocol. */
export function dial(target: Target, protocol: Protocol = 'http/1.1'): Socket {
  const { host, port, tls } = target
  const socket = tls ? dialTls({ host, port }, tls, protocol) : connect({ host, port, noDelay: true })
  const upEvent = tls ? 'secureConnect' : 'connect'
  const facts: ConnectionFacts = { target, requests: 0, isUp: false, upEvent, lastUsedMs: undefined }
  factsOfSockets.set(socket, facts)
  socket.once(upEvent, () => (facts.isUp = true))
  return socket
}

/** A Service without endpoints has a REJECT rule, and its clients get exactly this error. */
export function noEndpoint(): Error {
  return Object.assign(new Error('no endpoint is ready'), { code: 'ECONNREFUSED', syscall: 'connect' })
}
