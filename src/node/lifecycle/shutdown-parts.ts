import type { Servers } from '../drain/servers/servers.ts'
import type { ProbeServer } from '../probes/probe-server.ts'
import type { Hooks } from './hooks.ts'
import type { Work } from './work.ts'

/** The parts that a shutdown acts on. */
export interface Parts {
  readonly servers: Servers
  readonly hooks: Hooks
  readonly work: Work
  /** Whether the shutdown delay applies even when nothing serves clients. */
  readonly alwaysDelays: boolean
  /** Whether this process serves clients, or other processes do that it waits for. */
  servesAny(): boolean
  readonly probes: ProbeServer
}
