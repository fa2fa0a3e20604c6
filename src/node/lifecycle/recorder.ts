import { MAX_FORCED_DETAILS } from '../../core/defaults.ts'
import type { InFlightKind } from '../../core/in-flight.ts'
import type { ForcedClose, HookResult, Report, ReportedEvent, UncaughtKind } from '../../core/report.ts'
import { isShutdownPhase, type StateName } from '../../core/state.ts'
import { latestConnection } from '../drain/servers/servers.ts'
import type { ObservedEvent, ServerSnapshot, Snapshot } from '../types.ts'

type Counts<Key extends string> = Partial<Record<Key, number>>

/** Collects what the report and the metrics say about a shutdown. */
export class Recorder {
  readonly #events: (ObservedEvent & { readonly inFlight: number })[] = []
  readonly #late: Counts<StateName> = {}
  readonly #forced: Counts<InFlightKind> = {}
  readonly #forcedDetails: ForcedClose[] = []
  #forcedTotal = 0
  readonly #uncaught: { readonly kind: UncaughtKind; readonly error: string; readonly at: number }[] = []
  #startedAt: number | null = null

  record(event: ObservedEvent, inFlight: number): void {
    if (event.type === 'shutdownInitiated') this.#startedAt = event.at
    if (this.#startedAt !== null) this.#events.push({ ...event, inFlight })
  }

  countLate(state: StateName): void {
    this.#late[state] = (this.#late[state] ?? 0) + 1
  }

  /**
   * Counts all forced closes and keeps the first ones. Adds them one by one: 125,000 arguments of one call
   * overflow the stack.
   */
  addForced(closes: readonly ForcedClose[]): void {
    this.#forcedTotal += closes.length
    for (const close of closes) {
      this.#forced[close.kind] = (this.#forced[close.kind] ?? 0) + 1
      if (this.#forcedDetails.length < MAX_FORCED_DETAILS) this.#forcedDetails.push(close)
    }
  }

  addUncaught(kind: UncaughtKind, error: string, at: number): void {
    this.#uncaught.push({ kind, error, at })
  }

  /** How many errors were uncaught so far. */
  get uncaughtErrors(): number {
    return this.#uncaught.length
  }

  /** How many things were force-closed so far. */
  get forcedCloses(): number {
    return this.#forcedTotal
  }

  snapshot(
    state: StateName,
    servers: readonly ServerSnapshot[],
    budgetEndsAt: number | null,
    now: number,
  ): Omit<Snapshot, 'lastNewConnectionAt' | 'workInFlight'> {
    return {
      state,
      servers,
      shutdownStartedAt: this.#startedAt,
      budgetLeftMs: budgetEndsAt === null ? null : budgetEndsAt - now,
      phasesMs: this.#phases(now),
      requestsAfterShutdown: { ...this.#late },
      forcedCloses: { ...this.#forced },
    }
  }

  report(
    outcome: { exitCode: number; reason: string; now: number },
    servers: readonly ServerSnapshot[],
    { hooks, workers }: { readonly hooks: readonly HookResult[]; readonly workers: readonly HookResult[] },
  ): Report {
    const startedAt = this.#startedAt ?? outcome.now
    const since = (at: number): number => Math.max(0, Math.round(at - startedAt))
    const events: ReportedEvent[] = this.#events.map((event) => ({
      event: event.type,
      ms: since(event.at),
      inFlight: event.inFlight,
    }))
    const lastNewConnectionAt = latestConnection(servers)
    const details = [...this.#forcedDetails]
    return {
      schemaVersion: 1,
      reason: outcome.reason,
      exitCode: outcome.exitCode,
      clean: outcome.exitCode === 0,
      startedAt: new Date(startedAt).toISOString(),
      durationMs: since(outcome.now),
      events,
      requestsAfterShutdown: { ...this.#late },
      lastNewConnectionMs:
        lastNewConnectionAt !== null && lastNewConnectionAt >= startedAt ? since(lastNewConnectionAt) : null,
      forcedCloses: { total: this.#forcedTotal, byKind: { ...this.#forced }, details },
      hooks,
      ...(workers.length > 0 && { workers }),
      ...(this.#uncaught.length > 0 && {
        uncaughtErrors: this.#uncaught.map(({ kind, error, at }) => ({ kind, ms: since(at), error })),
      }),
      ...(details.length < this.#forcedTotal && { trimmed: true }),
    }
  }

  #phases(now: number): Counts<StateName> {
    const phases: Counts<StateName> = {}
    for (const [index, event] of this.#events.entries()) {
      if (!isShutdownPhase(event.state)) continue
      const until = this.#events[index + 1]?.at ?? now
      phases[event.state] = (phases[event.state] ?? 0) + (until - event.at)
    }
    return phases
  }
}
