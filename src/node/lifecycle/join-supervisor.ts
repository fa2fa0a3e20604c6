import { inFlightKinds, type InFlightKind } from '../../core/in-flight.ts'
import type { Logger } from '../../core/logger.ts'
import { readiness } from '../../core/probe.ts'
import { isShuttingDown } from '../../core/state.ts'
import type { GenerationFacts } from '../../core/supervision.ts'
import { errorText } from '../guard/limit.ts'
import type { Host } from '../host/host.ts'
import type { Checks } from '../probes/checks.ts'
import type { Member } from '../supervised/members.ts'
import type { Supervised } from '../supervised/supervised.ts'
import type { Lifecycle, Snapshot } from '../types.ts'
import { metricsText } from './metrics-text.ts'
import { ReadinessWatch } from './readiness-watch.ts'
import type { ShutdownRun } from './shutdown-run.ts'
import type { SignalHooks } from './signal-hooks.ts'

/** What a supervised lifecycle consists of. */
export interface SupervisedParts {
  readonly lifecycle: Lifecycle
  readonly host: Host
  readonly logger: Logger
  readonly run: ShutdownRun
  readonly checks: Checks
  readonly hooks: SignalHooks
}

/**
 * Joins a lifecycle that starts in a generation to its supervisor, until it has stopped. From then on the
 * supervisor knows when it is ready, and orders its shutdown.
 */
export function joinSupervisor(here: Supervised, parts: SupervisedParts): void {
  const { lifecycle } = parts
  const member = new SupervisedLifecycle(here, parts)
  here.join(lifecycle, member)
  const watch = new ReadinessWatch(
    () => member.problem(),
    (problem) => here.note(lifecycle, problem),
  )
  // These are told at once. The rest is found by looking again and again.
  for (const event of ['startupCompleted', 'becameReady', 'becameUnready'] as const)
    lifecycle.on(event, () => watch.look())
  let reason = ''
  lifecycle.on('shutdownInitiated', (event) => {
    watch.end()
    reason = 'reason' in event ? event.reason : ''
    void lifecycle.shutdown().then(() => here.leave(lifecycle))
  })
  // As its own probe would say it, after `readinessFailDelayMs`. A generation that is replaced was ready to
  // its end.
  lifecycle.on('readinessFailed', () => {
    if (!member.isOrdered) here.noteShutdown(lifecycle, reason)
  })
  watch.look()
}

class SupervisedLifecycle implements Member {
  readonly shutdownMs: number
  readonly #here: Supervised
  readonly #parts: SupervisedParts
  /** Whether the supervisor has ordered the shutdown. */
  isOrdered = false

  constructor(here: Supervised, parts: SupervisedParts) {
    this.shutdownMs = parts.host.policy.shutdownMs(parts.lifecycle.options)
    this.#here = here
    this.#parts = parts
  }

  drain(reason: string, delayMs: number): void {
    this.isOrdered = true
    this.#parts.run.order(reason, delayMs)
  }

  async facts(): Promise<GenerationFacts> {
    const snapshot = this.#parts.run.snapshot()
    const { active, idle } = snapshot.servers.reduce(
      (sum, { connections }) => ({
        active: sum.active + connections.active,
        idle: sum.idle + connections.idle,
      }),
      { active: 0, idle: 0 },
    )
    const metrics = await this.#metrics(snapshot)
    return { state: snapshot.state, inFlight: inFlightOf(snapshot), connections: active + idle, metrics }
  }

  runHooks(signal: string, when: 'before' | 'after'): Promise<void> {
    return this.#parts.hooks.run(signal, when)
  }

  /** Why the lifecycle is not ready; null when it is. Looks at the state last, as the checks take time. */
  async problem(): Promise<string | null> {
    const { checks, run } = this.#parts
    const { servers, servesAny, work } = run.parts
    const failing = (await checks.run('readiness')).filter(({ ok }) => !ok)
    const { state } = run.machine
    const verdict = readiness(state)
    if (!verdict.ok || isShuttingDown(state.name)) return verdict.reason
    if (!servers.allListen()) return 'a server does not listen'
    // Otherwise nobody would accept on the sockets while the program still opens its database.
    const isIdle = !this.#here.isTaken && !servesAny() && work.workers === 0
    if (this.#here.sockets.length > 0 && isIdle) return 'no server listens yet'
    return failing.length === 0 ? null : `checks fail: ${failing.map(({ name }) => name).join(', ')}`
  }

  /** The application's own endpoint has its own metrics as well. */
  async #metrics(snapshot: Snapshot): Promise<string | null> {
    try {
      const answer = (await this.#parts.run.parts.probes.endpoint('/metrics')) ?? metricsText(snapshot)
      return answer.body
    } catch (error) {
      this.#parts.logger.error({ error: errorText(error) }, 'lastcall: the endpoint /metrics failed')
      return null
    }
  }
}

function inFlightOf({ servers, workInFlight }: Snapshot): GenerationFacts['inFlight'] {
  const sumOf = (kind: InFlightKind): number =>
    kind === 'work' ? workInFlight : servers.reduce((sum, { inFlight }) => sum + inFlight[kind], 0)
  return Object.fromEntries(inFlightKinds.map((kind) => [kind, sumOf(kind)])) as GenerationFacts['inFlight']
}
