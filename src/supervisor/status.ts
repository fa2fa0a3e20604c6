import type { GenerationStatus, SupervisorStatus } from '../core/supervisor-status.ts'
import type { EndedGenerations } from './ended-generations.ts'
import type { LiveGeneration } from './live-generation.ts'
import { type Failure, type Generation, hasServed } from './machine/state.ts'
import type { SupervisorOptions } from './options.ts'
import type { HeldSocket } from './sockets/held-socket.ts'
import type { Supervisor } from './supervisor.ts'

/** A generation that is busy or wedged must not hold up the answer. */
const ANSWER_MS = 500

/** What was there from the start. */
export interface StatusFacts {
  readonly options: SupervisorOptions
  readonly sockets: readonly HeldSocket[]
  readonly ended: EndedGenerations
  readonly startedAt: Date
}

/** The document of `lastcall status`; asks every generation about itself. */
export async function describeStatus(supervisor: Supervisor, facts: StatusFacts): Promise<SupervisorStatus> {
  const { state } = supervisor
  // Of the same moment: nobody is in both lists.
  const ended = [...facts.ended.all]
  const generations = await Promise.all(state.generations.map((one) => describe(one, supervisor)))
  return {
    schemaVersion: 2,
    kind: 'supervisor-status',
    pid: process.pid,
    command: facts.options.command,
    state: state.name,
    ready: isReady(supervisor),
    startedAt: facts.startedAt.toISOString(),
    listen: facts.sockets.map((socket) => ({
      name: socket.name,
      address: addressOf(socket),
      reusePort: socket.reusePort === true,
    })),
    generations,
    ended,
    restarts: state.restarts,
    crashes: state.crashes,
    queued: state.queued?.reason ?? null,
    lastFailure: describeFailure(state.lastFailure),
  }
}

/**
 * Whether clients may be sent here; never before a generation has served. A first crash does not change it
 * if the socket keeps queueing: the next generation starts at once. A second one in a row does. In a stop the
 * generation that has served decides, whose readiness may have a delay of its own.
 */
export function isReady(supervisor: Supervisor): boolean {
  const { state, generations } = supervisor
  const last = lastServing(supervisor)
  if (state.name === 'stopping') return last?.speaks === true && last.isReady
  const current = generations.get(state.current)
  if (current) return current.isReady
  return supervisor.queues && state.name !== 'stopped' && state.crashes === 1 && hasServed(state)
}

/** The generation that serves; in a stop the one that has served last. */
export function lastServing({ state, generations }: Supervisor): LiveGeneration | undefined {
  const last = state.generations.findLast(({ servingSince }) => servingSince !== null)
  return generations.get(state.current ?? last?.id ?? null)
}

/** The address of a socket for people. */
export function addressOf({ host, port, path }: HeldSocket): string {
  if (path !== undefined) return `unix:${path}`
  if (port === undefined) return 'unknown'
  return host?.includes(':') === true ? `[${host}]:${port}` : `${host ?? '*'}:${port}`
}

async function describe(generation: Generation, { generations }: Supervisor): Promise<GenerationStatus> {
  const live = generations.get(generation.id)
  const facts = (await live?.ask(ANSWER_MS)) ?? null
  return {
    generation: generation.id,
    pid: live?.process.pid ?? null,
    phase: generation.phase,
    ageMs: Date.now() - generation.startedAt,
    state: facts?.state ?? null,
    inFlight: facts?.inFlight ?? null,
    connections: facts?.connections ?? null,
  }
}

function describeFailure(failure: Failure | null): SupervisorStatus['lastFailure'] {
  if (failure === null) return null
  const { kind, generation, at, detail } = failure
  return { kind, generation, at: new Date(at).toISOString(), detail }
}
