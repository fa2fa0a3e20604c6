import { join } from 'node:path'
import { formatDuration } from '../../../core/duration.ts'
import { supervisionVariables } from '../../../core/supervision.ts'
import { shutdownEnvironment, type ShutdownTimes } from '../shared/shutdown-environment.ts'

/** The command that `lastcall run` restarts in place. */
export interface InPlaceOptions extends ShutdownTimes {
  /** The command and its arguments, started once per generation. */
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether the command runs under `lastcall/auto`. */
  readonly auto: boolean
  /**
   * How a generation tells that it is ready, as `lastcall run --ready` takes it. Undefined: lastcall in it
   * says so
   */
  readonly ready: string | undefined
  /** What starts the command line of lastcall: Node and a file. */
  readonly lastcall: readonly string[]
  /** Timeout until a generation is ready. */
  readonly readyTimeoutMs: number
}

/** Ports of the sockets that the supervisor holds. */
export interface InPlacePorts {
  readonly port: number
  /** For an HTTP/2 server without TLS, if the application has one. */
  readonly http2Port: number
}

/** What a supervisor has for itself. */
export interface InPlaceSite {
  readonly ports: InPlacePorts
  /** Path of its control socket. */
  readonly control: string
}

/**
 * Shorter than the default of `lastcall run`: a rehearsal is about many restarts, not about one bad release.
 */
const SOAK_MS = 1_000

/** The site of a supervisor whose files are in this folder. */
export function siteIn(folder: string, ports: InPlacePorts): InPlaceSite {
  return { ports, control: join(folder, 'control.sock') }
}

/** The command line of the supervisor. */
export function supervisorCommand(options: InPlaceOptions, { ports }: InPlaceSite): readonly string[] {
  return [
    ...options.lastcall,
    'run',
    `--listen=http=127.0.0.1:${ports.port}`,
    `--listen=http2=127.0.0.1:${ports.http2Port}`,
    `--soak=${formatDuration(SOAK_MS)}`,
    // Idle connections get the same time as at any other end of the application.
    `--hand-over=${formatDuration(options.budget.shutdownDelayMs)}`,
    `--hammer-after=${formatDuration(options.gracePeriodMs)}`,
    `--ready-timeout=${formatDuration(options.readyTimeoutMs)}`,
    // Two rehearsals at once would quarrel about its port, and nobody asks.
    '--no-probes',
    ...(options.ready === undefined ? [] : [`--ready=${options.ready}`]),
    ...(options.auto ? ['--auto'] : []),
    '--',
    ...options.command,
  ]
}

/** The environment of the supervisor, which its generations inherit. */
export function supervisorEnvironment(
  options: InPlaceOptions,
  { ports, control }: InPlaceSite,
): Readonly<Record<string, string | undefined>> {
  return {
    ...options.env,
    PORT: String(ports.port),
    H2_PORT: String(ports.http2Port),
    ...shutdownEnvironment(options),
    [supervisionVariables.control]: control,
  }
}
