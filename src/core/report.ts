import type { EventName } from './event.ts'
import type { InFlightKind } from './in-flight.ts'
import type { StateName } from './state.ts'

/** One thing that was force-closed at the drain timeout. */
export interface ForcedClose {
  readonly kind: InFlightKind
  /** Name of the server or the worker, or the label of the hold. */
  readonly server: string
  /** Milliseconds since it began. */
  readonly ageMs: number
  /**
   * Method and path of a request, without its query. For a response that the client's kernel has not
   * received: its unsent size.
   */
  readonly label?: string
}

/** How one stop hook, or one worker, ended. */
export interface HookResult {
  readonly name: string
  readonly outcome: 'finished' | 'failed' | 'timedOut' | 'skipped'
  readonly ms: number
  readonly error?: string
}

/** How an error became uncaught, in Node's words. */
export type UncaughtKind = 'uncaughtException' | 'unhandledRejection'

/** An uncaught error during the shutdown. Its stack is in the log. */
export interface UncaughtError {
  readonly kind: UncaughtKind
  /** Milliseconds since the shutdown began. */
  readonly ms: number
  readonly error: string
}

/** An exit of the process before the end of the shutdown. */
export interface EarlyExit {
  /** What was in flight and is lost. */
  readonly inFlight: number
  /** The call stack of `process.exit()`, one frame a line; null when no code called it. */
  readonly stack: string | null
}

/** An event of the shutdown as the report shows it. */
export interface ReportedEvent {
  readonly event: EventName
  /** Milliseconds since the shutdown began. */
  readonly ms: number
  readonly inFlight: number
}

/**
 * What happened between the first signal and the exit, as one JSON document. `schemaVersion` changes when a
 * field changes its meaning.
 */
export interface Report {
  readonly schemaVersion: 1
  readonly reason: string
  readonly exitCode: number
  /** False when anything was force-closed, a hook, a worker or a hold failed, or an error was uncaught. */
  readonly clean: boolean
  /** ISO 8601. */
  readonly startedAt: string
  readonly durationMs: number
  readonly events: readonly ReportedEvent[]
  /** Requests that arrived after the shutdown began, by state. */
  readonly requestsAfterShutdown: Readonly<Partial<Record<StateName, number>>>
  /**
   * Milliseconds from the start of the shutdown to the last new connection: the time that clients of this
   * cluster needed to go elsewhere. Null when no connection came.
   */
  readonly lastNewConnectionMs: number | null
  readonly forcedCloses: {
    readonly total: number
    readonly byKind: Readonly<Partial<Record<InFlightKind, number>>>
    /** The first 1,000 forced closes; the counts cover all of them. */
    readonly details: readonly ForcedClose[]
  }
  readonly hooks: readonly HookResult[]
  /** Workers that stopped, and how; unfinished ones are among the forced closes. Only when there are any. */
  readonly workers?: readonly HookResult[]
  /** Only when there are any. */
  readonly uncaughtErrors?: readonly UncaughtError[]
  /** Only when other code ended the process in the middle of the shutdown. */
  readonly earlyExit?: EarlyExit
  /** True when details were left out: of more than 1,000 forced closes, or to fit into the size limit. */
  readonly trimmed?: true
}

/** Length of a text in UTF-8 bytes. Core has no TextEncoder. */
export function utf8Length(text: string): number {
  let bytes = 0
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return bytes
}

const shortened = (text: string): string => (text.length > 120 ? `${text.slice(0, 117)}...` : text)

// The frames near the top name the caller.
const withoutDepth = (exit: EarlyExit): EarlyExit => ({
  ...exit,
  stack: exit.stack && exit.stack.split('\n', 4).map(shortened).join('\n'),
})

type Results = readonly HookResult[]

const brief = (result: HookResult): HookResult => ({
  ...result,
  name: shortened(result.name),
  ...(result.error && { error: shortened(result.error) }),
})

const worst = (results: Results): Results =>
  results.filter((result) => result.outcome !== 'finished').slice(0, 5)

const workersOf = ({ workers }: Report, change: (all: Results) => Results): { workers?: Results } =>
  workers ? { workers: change(workers) } : {}

/**
 * Removes the least important details first. Every step keeps the counts, so a trimmed report still adds up.
 */
const trimSteps: readonly ((report: Report) => Report)[] = [
  (report) => ({
    ...report,
    forcedCloses: { ...report.forcedCloses, details: report.forcedCloses.details.slice(0, 5) },
  }),
  (report) => ({ ...report, hooks: report.hooks.map(brief), ...workersOf(report, (all) => all.map(brief)) }),
  (report) => ({
    ...report,
    ...(report.uncaughtErrors && {
      uncaughtErrors: report.uncaughtErrors
        .slice(0, 5)
        .map((item) => ({ ...item, error: shortened(item.error) })),
    }),
    ...(report.earlyExit && { earlyExit: withoutDepth(report.earlyExit) }),
  }),
  (report) => ({ ...report, forcedCloses: { ...report.forcedCloses, details: [] } }),
  (report) => ({ ...report, hooks: worst(report.hooks), ...workersOf(report, worst) }),
  (report) => ({ ...report, reason: shortened(report.reason), hooks: [], ...workersOf(report, () => []) }),
  (report) => ({
    ...report,
    ...(report.uncaughtErrors && { uncaughtErrors: [] }),
    ...(report.earlyExit && { earlyExit: { ...report.earlyExit, stack: null } }),
  }),
  (report) => ({ ...report, events: [] }),
]

/**
 * Writes a report as JSON of at most `maxBytes`. Drops details step by step and never truncates the text.
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

/** How the shutdown ended, in one line. */
export function describeEnd(report: Report): string {
  const hooks = report.hooks.filter((hook) => hook.outcome !== 'finished').length
  if (report.clean) return `nothing was force-closed, after ${report.durationMs} ms`
  const workers = report.workers?.filter((worker) => worker.outcome !== 'finished').length ?? 0
  const unstopped = workers > 0 ? `, ${workers} workers failed to stop` : ''
  const uncaught = report.uncaughtErrors ? `, ${report.uncaughtErrors.length} errors uncaught` : ''
  const failed = `${report.forcedCloses.total} force-closed, ${hooks} hooks failed${unstopped}${uncaught}`
  return `${failed}, exit code ${report.exitCode}, after ${report.durationMs} ms`
}
