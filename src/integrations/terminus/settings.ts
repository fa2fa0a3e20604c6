import { validateHeaderName, validateHeaderValue } from 'node:http'
import { describe } from '../../core/describe.ts'
import { LastcallError } from '../../core/errors.ts'
import { errorText } from '../../node/guard/limit.ts'
import { catchRejection } from '../../node/guard/rejection.ts'
import type { HealthCheck, TerminusOptions } from './types.ts'

/** Settings that determine the responses of the health checks. */
export interface HealthSettings {
  readonly checks: ReadonlyMap<string, HealthCheck>
  readonly caseInsensitive: boolean
  readonly verbatim: boolean
  readonly exposeStackTraces: boolean
  readonly statusOk: number
  readonly statusOkResponse: object
  readonly statusError: number
  readonly statusErrorResponse: object
  readonly headers: Readonly<Record<string, string>>
  /** undefined when the caller did not set it. */
  readonly sendFailuresDuringShutdown: boolean | undefined
  readonly onSendFailureDuringShutdown: () => unknown
  readonly log: (message: string, error: unknown) => void
}

/**
 * The options of one `createTerminus()` call, checked and copied, so that later changes by the caller have no
 * effect.
 */
export interface Settings {
  readonly health: HealthSettings
  readonly signals: readonly string[]
  readonly timeoutMs: number | undefined
  readonly useExit0: boolean
  readonly beforeShutdown: (() => unknown) | undefined
  readonly onSignal: (() => unknown) | undefined
  readonly onShutdown: (() => unknown) | undefined
  readonly log: (message: string, error: unknown) => void
}

/** @throws LastcallError `LASTCALL_INVALID_OPTIONS` with all problems at once */
export function readSettings(options: TerminusOptions): Settings {
  if (typeof options !== 'object' || options === null) {
    throw new LastcallError('LASTCALL_INVALID_OPTIONS', [`options: got ${describe(options)}, pass an object`])
  }
  const problems = findProblems(options)
  if (problems.length > 0) throw new LastcallError('LASTCALL_INVALID_OPTIONS', problems)
  const log = guardedLog(options.logger)
  return {
    health: readHealth(options, log),
    signals: [...new Set([...(options.signals ?? []), options.signal ?? 'SIGTERM'])],
    timeoutMs: options.timeout,
    useExit0: options.useExit0 ?? false,
    beforeShutdown: options.beforeShutdown,
    onSignal: options.onSignal ?? options.onSigterm,
    onShutdown: options.onShutdown,
    log,
  }
}

/** A path for comparison: without its query, which would make an exact comparison fail. */
export function comparablePath(url: string, caseInsensitive: boolean): string {
  const path = url.split('?', 1)[0] ?? url
  return caseInsensitive ? path.toLowerCase() : path
}

function readHealth(options: TerminusOptions, log: HealthSettings['log']): HealthSettings {
  const { healthChecks = {}, caseInsensitive = false } = options
  const checks = Object.entries(healthChecks).flatMap(([path, check]) =>
    typeof check === 'function' ? [[comparablePath(path, caseInsensitive), check] as const] : [],
  )
  return {
    checks: new Map(checks),
    caseInsensitive,
    verbatim: healthChecks.verbatim ?? false,
    exposeStackTraces: healthChecks.__unsafeExposeStackTraces ?? false,
    statusOk: options.statusOk ?? 200,
    statusOkResponse: { ...(options.statusOkResponse ?? { status: 'ok' }) },
    statusError: options.statusError ?? 503,
    statusErrorResponse: { ...(options.statusErrorResponse ?? { status: 'error' }) },
    headers: { ...options.headers },
    sendFailuresDuringShutdown: options.sendFailuresDuringShutdown,
    onSendFailureDuringShutdown: options.onSendFailureDuringShutdown ?? (() => {}),
    log,
  }
}

/** A logger that throws or rejects must not change the response. */
function guardedLog(logger: TerminusOptions['logger']): HealthSettings['log'] {
  return (message, error) => {
    try {
      const result = logger?.(message, error instanceof Error ? error : new Error(errorText(error)))
      catchRejection(result, () => {})
    } catch {
      // There is no other place to report it.
    }
  }
}

interface Rule {
  readonly accepts: (value: unknown) => boolean
  readonly wanted: string
}

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const aFunction: Rule = { accepts: (value) => typeof value === 'function', wanted: 'a function' }
const aBoolean: Rule = { accepts: (value) => typeof value === 'boolean', wanted: 'true or false' }
const anObject: Rule = { accepts: isObject, wanted: 'an object' }
const aStatus: Rule = {
  accepts: isStatus,
  wanted: 'an HTTP status from 200 to 599',
}

const rules: Readonly<Record<Exclude<keyof TerminusOptions, 'healthChecks'>, Rule>> = {
  caseInsensitive: aBoolean,
  timeout: {
    accepts: (value) => typeof value === 'number' && value >= 0,
    wanted: 'milliseconds from 0, or Infinity',
  },
  signal: {
    accepts: (value) => typeof value === 'string',
    wanted: "the name of a signal, such as 'SIGTERM'",
  },
  signals: { accepts: Array.isArray, wanted: "a list of signal names, such as ['SIGTERM']" },
  sendFailuresDuringShutdown: aBoolean,
  statusOk: aStatus,
  statusOkResponse: anObject,
  statusError: aStatus,
  statusErrorResponse: anObject,
  useExit0: aBoolean,
  onSignal: aFunction,
  onSendFailureDuringShutdown: aFunction,
  onShutdown: aFunction,
  beforeShutdown: aFunction,
  logger: aFunction,
  headers: { accepts: areHeaders, wanted: 'an object of header names and values' },
  onSigterm: aFunction,
}

/** Whether a response can end with this status. Statuses below 200 only announce another one. */
export function isStatus(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 200 && value <= 599
}

function areHeaders(value: unknown): boolean {
  if (!isObject(value)) return false
  try {
    for (const [name, text] of Object.entries(value as object)) {
      validateHeaderName(name)
      validateHeaderValue(name, text)
    }
    return true
  } catch {
    return false
  }
}

// Ignores unknown names, as terminus does: its options are often part of a larger object.
function findProblems(options: TerminusOptions): readonly string[] {
  const given = options as Readonly<Record<string, unknown>>
  const wrong = Object.entries(rules)
    .filter(([name, rule]) => given[name] !== undefined && !rule.accepts(given[name]))
    .map(([name, rule]) => `${name}: got ${describe(given[name])}, wanted ${rule.wanted}`)
  const { healthChecks } = given
  if (healthChecks === undefined) return wrong
  if (!isObject(healthChecks))
    return [...wrong, `healthChecks: got ${describe(healthChecks)}, wanted an object`]
  const switches = ['verbatim', '__unsafeExposeStackTraces']
  const checks = Object.entries(healthChecks as object).flatMap(([name, value]: [string, unknown]) => {
    const rule = switches.includes(name) ? aBoolean : aFunction
    if (value === undefined || rule.accepts(value)) return []
    return [`healthChecks: '${name}' is ${describe(value)}, wanted ${rule.wanted}`]
  })
  return [...wrong, ...checks]
}
