import type { EventName } from './event.ts'
import type { StateName } from './state.ts'

/** What can be in flight. */
export type InFlightKind = 'request' | 'stream' | 'upgrade' | 'hold'

/** One thing that the deadline cut off. */
export interface ForcedClose {
  readonly kind: InFlightKind
  /** Name of the server, or the hold's label. */
  readonly server: string
  /** Milliseconds since it began. */
  readonly ageMs: number
  /** Method and path of a request, without its query. */
  readonly label?: string
}

/** How one stop hook ended. */
export interface HookResult {
  readonly name: string
  readonly outcome: 'finished' | 'failed' | 'timedOut' | 'skipped'
  readonly ms: number
  readonly error?: string
}

/** An event of the shutdown as the report shows it. */
export interface ReportedEvent {
  readonly event: EventName
  /** Milliseconds since the shutdown began. */
  readonly ms: number
  readonly inFlight: number
}

/** What happened between the first signal and the exit. One JSON document; `schemaVersion` changes when a field changes its meaning. */
export interface Report {
  readonly schemaVersion: 1
  readonly reason: string
  readonly exitCode: number
  /** False when anything was cut off or a hook failed. */
  readonly clean: boolean
  /** ISO 8601. */
  readonly startedAt: string
  readonly durationMs: number
  readonly events: readonly ReportedEvent[]
  /** Requests that arrived after the shutdown began, by state. */
  readonly requestsAfterShutdown: Readonly<Partial<Record<StateName, number>>>
  /** Milliseconds from the shutdown's start to the last new connection: the time this cluster took to look elsewhere. Null without any. */
  readonly lastNewConnectionMs: number | null
  readonly forcedCloses: {
    readonly total: number
    readonly byKind: Readonly<Partial<Record<InFlightKind, number>>>
    readonly details: readonly ForcedClose[]
  }
  readonly hooks: readonly HookResult[]
  /** Set when detail was left out so that the document fits where it was written. */
  readonly trimmed?: true
}

/** Length of a text in UTF-8. Core knows no TextEncoder. */
export function utf8Length(text: string): number {
  let bytes = 0
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return bytes
}

const shortened = (text: string): string => (text.length > 120 ? `${text.slice(0, 117)}...` : text)

/** Least important first: each step takes away detail and leaves every count, so that a trimmed report still adds up. */
const trimSteps: readonly ((report: Report) => Report)[] = [
  (report) => ({
    ...report,
    forcedCloses: { ...report.forcedCloses, details: report.forcedCloses.details.slice(0, 5) },
  }),
  (report) => ({
    ...report,
    hooks: report.hooks.map((hook) => ({
      ...hook,
      name: shortened(hook.name),
      ...(hook.error && { error: shortened(hook.error) }),
    })),
  }),
  (report) => ({ ...report, forcedCloses: { ...report.forcedCloses, details: [] } }),
  (report) => ({ ...report, hooks: report.hooks.filter((hook) => hook.outcome !== 'finished').slice(0, 5) }),
  (report) => ({ ...report, reason: shortened(report.reason), hooks: [] }),
  (report) => ({ ...report, events: [] }),
]

/**
 * Writes a report as JSON that is no longer than `maxBytes`, by dropping detail step by step, never by cutting the text.
 * @param maxBytes at least 600, the length of a report without any detail
 */
export function serializeReport(report: Report, maxBytes: number): string {
  let text = JSON.stringify(report)
  let trimmed = report
  for (const step of trimSteps) {
    if (utf8Length(text) <= maxBytes) return text
    trimmed = { ...step(trimmed), trimmed: true }
    text = JSON.stringify(trimmed)
  }
  return text
}
