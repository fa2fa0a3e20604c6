import { type SupervisedSocket, supervisionVariables } from '../../core/supervision.ts'
import type { HeldSocket } from '../sockets/held-socket.ts'
import { SHELL } from './executable.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What systemd tells the supervisor alone. A generation that knew it would speak for the whole unit. */
const OWN = /^(?:NOTIFY_SOCKET|WATCHDOG_(?:USEC|PID)|LISTEN_(?:PID|FDS|FDNAMES|PIDFDID)|MAINPID)$/

/** The first descriptor after stdin, stdout and stderr, and the first one of the convention of systemd. */
const FIRST_SOCKET_FD = 3

/**
 * The environment for everything that the supervisor starts: its own, without what is for the supervisor
 * alone.
 */
export function childEnvironment(env: Environment): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !OWN.test(name)))
}

type Held = Pick<HeldSocket, 'name' | 'host' | 'port' | 'path' | 'reusePort'>

/** What {@link generationEnvironment} describes. */
export interface EnvironmentFacts {
  readonly id: number
  readonly mark: string
  /** Process id of the supervisor. */
  readonly supervisor: number
  readonly cwd: string
  /** In the order of their descriptors, from 3. With `reusePort` all are, and none has a descriptor. */
  readonly sockets: readonly Held[]
}

/**
 * The environment of a generation. LISTEN_PID is missing: the process id is known only in the process; see
 * {@link withListenPid}.
 */
export function generationEnvironment(
  env: Environment,
  facts: EnvironmentFacts,
): Record<string, string | undefined> {
  const sockets = facts.sockets.map(toSupervised)
  const inherited = sockets.filter((socket) => 'fd' in socket)
  return {
    ...childEnvironment(env),
    PWD: facts.cwd,
    // The supervisor answers probes.
    LASTCALL_PROBE_PORT: 'false',
    [supervisionVariables.mark]: facts.mark,
    [supervisionVariables.supervisor]: String(facts.supervisor),
    [supervisionVariables.generation]: String(facts.id),
    [supervisionVariables.sockets]: JSON.stringify(sockets),
    ...(inherited.length > 0 && {
      LISTEN_FDS: String(inherited.length),
      LISTEN_FDNAMES: inherited.map(({ name }) => name).join(':'),
    }),
  }
}

function toSupervised({ name, host, port, path, reusePort }: Held, index: number): SupervisedSocket {
  if (reusePort && host !== undefined && port !== undefined) return { name, reusePort, host, port }
  return {
    name,
    fd: FIRST_SOCKET_FD + index,
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(path !== undefined && { path }),
  }
}

/**
 * The command with its own process id in these variables. The shell replaces itself by the program, which
 * keeps its process id, its descriptors and its channel.
 */
export function withOwnPid(names: readonly string[], command: readonly string[]): readonly string[] {
  const pids = names.map((name) => `${name}=$$`).join(' ')
  return [SHELL, '-c', `export ${pids}; exec "$0" "$@"`, ...command]
}
