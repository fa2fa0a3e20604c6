import { connect, type Socket } from 'node:net'
import type { Target } from './sample.ts'
import { dialTls, type Protocol } from './tls.ts'

/** What is known about one connection beyond what Node keeps. */
export interface ConnectionFacts {
  readonly target: Target
  /** Requests sent on it so far, the current one included. */
  requests: number
  /** Whether it carries requests: the handshake of TCP, and that of TLS where it is spoken, is over. */
  isUp: boolean
  /** The event of the socket that says so. */
  readonly upEvent: 'connect' | 'secureConnect'
  /** Monotonic milliseconds of the end of the last answer. */
  lastUsedMs: number | undefined
}

const factsOfSockets = new WeakMap<object, ConnectionFacts>()

/** The facts of a connection that {@link dial} dialled. */
export function factsOf(socket: object): ConnectionFacts | undefined {
  return factsOfSockets.get(socket)
}

/** Dials a target and begins its facts. The protocol is asked for where TLS is spoken. */
export function dial(target: Target, protocol: Protocol = 'http/1.1'): Socket {
  const { host, port, tls } = target
  const socket = tls ? dialTls({ host, port }, tls, protocol) : connect({ host, port, noDelay: true })
  const upEvent = tls ? 'secureConnect' : 'connect'
  const facts: ConnectionFacts = { target, requests: 0, isUp: false, upEvent, lastUsedMs: undefined }
  factsOfSockets.set(socket, facts)
  socket.once(upEvent, () => (facts.isUp = true))
  return socket
}

/** A Service without endpoints has a REJECT rule: its clients see this very error. */
export function noEndpoint(): Error {
  return Object.assign(new Error('no endpoint is ready'), { code: 'ECONNREFUSED', syscall: 'connect' })
}
