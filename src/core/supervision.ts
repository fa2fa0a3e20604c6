/**
 * What `lastcall run` and the programs that it runs tell each other: the environment of a generation, and the
 * messages on its IPC channel. Both sides import only this file.
 */
import type { InFlightKind } from './in-flight.ts'
import type { StateName } from './state.ts'

/** Variables that a generation finds in its environment. */
export const supervisionVariables = {
  /**
   * Process id of the supervisor. Only its direct children own the sockets; grandchildren inherit the text.
   */
  supervisor: 'LASTCALL_SUPERVISOR',
  /** Number of the generation, from 1. */
  generation: 'LASTCALL_GENERATION',
  /** Process id of the generation. It tells a generation from its children when the supervisor is gone. */
  pid: 'LASTCALL_GENERATION_PID',
  /** The sockets, as JSON: a list of {@link SupervisedSocket}. */
  sockets: 'LASTCALL_SOCKETS',
  /** Differs in each generation, and finds processes that have left their process group. */
  mark: 'LASTCALL_GENERATION_MARK',
  /** Path of the supervisor's control socket, where somebody has chosen it. */
  control: 'LASTCALL_CONTROL',
} as const

/** Name and place of a socket. */
export interface SocketPlace {
  /** From `--listen name=…` or LISTEN_FDNAMES. */
  readonly name: string
  /** Port of a TCP socket. `server.listen(port)` of an unchanged application finds its socket by this. */
  readonly port?: number
  /** Address of a TCP socket. */
  readonly host?: string
  /** Path of a unix socket. */
  readonly path?: string
}

/** A bound socket that a generation inherits. */
export interface InheritedSocket extends SocketPlace {
  readonly fd: number
}

/** With `--reuse-port`: where each generation binds a socket of its own, with SO_REUSEPORT. */
export interface ReusedPort extends SocketPlace {
  readonly reusePort: true
  readonly host: string
  readonly port: number
}

/** `uv_tcp_flags` of libuv, which `server.listen({ reusePort: true })` passes on from Node 22.12. */
export const UV_TCP_REUSEPORT = 2

/** A socket on which a generation may listen. */
export type SupervisedSocket = InheritedSocket | ReusedPort

/** What a generation knows about its supervisor. */
export interface Supervision {
  readonly supervisor: number
  readonly generation: number
  readonly sockets: readonly SupervisedSocket[]
}

/** Messages of the supervisor. All carry `lastcall`, so that an application's own messages are left alone. */
export type OrderMessage =
  /** Listen now: on sockets that wait, and on every one that asks later. */
  | { readonly lastcall: 'accept' }
  /** Stop accepting; keep serving what is connected. The next generation accepts. Answered with `paused`. */
  | { readonly lastcall: 'pause' }
  /**
   * Accept again. Sent once for each paused socket with its handle as `sendHandle`: an inherited descriptor
   * that was closed cannot be listened on again (EINVAL). A {@link ReusedPort} has no handle.
   */
  | { readonly lastcall: 'resume'; readonly socket: string }
  /** Shut down, with a shutdown delay of at least this: idle connections get the time to turn over. */
  | { readonly lastcall: 'drain'; readonly reason: string; readonly delayMs: number }
  /** Answer with a `facts` message. */
  | { readonly lastcall: 'ask'; readonly question: number }
  /** Run the hooks of this signal; see `onSignal`. */
  | { readonly lastcall: 'signal'; readonly signal: string; readonly when: 'before' | 'after' }

/** Messages of a generation. */
export type NewsMessage =
  /** A lifecycle has started. `shutdownMs` is the longest time that its own shutdown takes. */
  | { readonly lastcall: 'hello'; readonly shutdownMs: number }
  /** Every readiness check passes, and every server waits for `accept` or listens. */
  | { readonly lastcall: 'ready' }
  /** After `ready`: a check fails, or `unready()` was called. */
  | { readonly lastcall: 'unready'; readonly reason: string }
  /** It shuts down, and no supervisor has told it to. It will not serve again. */
  | { readonly lastcall: 'leaving'; readonly reason: string }
  /** Its servers listen, after `accept` or the last `resume`. */
  | { readonly lastcall: 'accepting' }
  /** It no longer accepts, after `pause`. */
  | { readonly lastcall: 'paused' }
  | { readonly lastcall: 'facts'; readonly question: number; readonly facts: GenerationFacts }
  /**
   * It has a hook for this signal. Without one the supervisor does not wait, whatever the generation is
   * doing.
   */
  | { readonly lastcall: 'hooked'; readonly signal: string; readonly when: 'before' | 'after' }
  /** The hooks of a signal have run. */
  | { readonly lastcall: 'signalled'; readonly signal: string; readonly when: 'before' | 'after' }

/** What a generation tells about itself, for `lastcall status` and the metrics. */
export interface GenerationFacts {
  readonly state: StateName
  readonly inFlight: Readonly<Record<InFlightKind, number>>
  readonly connections: number
  /** Answer of the generation's own `/metrics` endpoint; null when it has none. */
  readonly metrics: string | null
}

/** Whether a message on the channel is one of ours. */
export function isSupervisionMessage(message: unknown): message is { readonly lastcall: string } {
  return (
    typeof message === 'object' &&
    message !== null &&
    'lastcall' in message &&
    typeof message.lastcall === 'string'
  )
}

/**
 * Reads what a supervisor left in the environment.
 * @param reader the process itself, and its parent. A grandchild inherits the variables, but no socket.
 * @returns null when this process is no generation
 */
export function readSupervision(
  env: Readonly<Record<string, string | undefined>>,
  reader: { readonly pid: number; readonly ppid: number },
): Supervision | null {
  const supervisor = Number(env[supervisionVariables.supervisor])
  const generation = Number(env[supervisionVariables.generation])
  // The supervisor may have died while this process started. It must end then, and not bind the port itself.
  const isOrphan = env[supervisionVariables.pid] === String(reader.pid)
  if ((supervisor !== reader.ppid && !isOrphan) || !Number.isInteger(generation)) return null
  return { supervisor, generation, sockets: parseSockets(env[supervisionVariables.sockets] ?? '[]') }
}

function parseSockets(text: string): readonly SupervisedSocket[] {
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) ? list.filter(isSocket) : []
  } catch {
    return []
  }
}

function isSocket(value: unknown): value is SupervisedSocket {
  const { name, fd, reusePort, host, port } = (value ?? {}) as Partial<InheritedSocket & ReusedPort>
  if (typeof name !== 'string') return false
  if (reusePort === true) return typeof host === 'string' && typeof port === 'number'
  return typeof fd === 'number' && Number.isInteger(fd) && fd > 2
}
