import { type HealthSettings, isStatus } from './settings.ts'

/** An answer of a health check. */
export interface HealthAnswer {
  readonly status: number
  readonly body: string
}

/**
 * The answer of a check that passed. Every answer is an object of its own: terminus adds what one check
 * resolved to to the one object that all answers begin with, so that it appears in the answers of the next.
 * @throws TypeError when `info` cannot be written as JSON
 */
export function passedAnswer(health: HealthSettings, info: unknown): HealthAnswer {
  const added = health.verbatim ? info : { info, details: info }
  const body = info ? Object.assign({}, health.statusOkResponse, added) : health.statusOkResponse
  return { status: health.statusOk, body: JSON.stringify(body) }
}

/**
 * The answer of a check that failed with this error, which may be anything; `statusCode`, `statusResponse`
 * and `causes` of it count.
 */
export function failedAnswer(health: HealthSettings, error: unknown): HealthAnswer {
  const { statusCode, statusResponse, causes } = (error ?? {}) as Readonly<Record<string, unknown>>
  const status = isStatus(statusCode) ? statusCode : health.statusError
  const response = statusResponse ? statusResponse : health.statusErrorResponse
  const body = causes ? Object.assign({}, response, { error: causes, details: causes }) : response
  try {
    return { status, body: JSON.stringify(body, showErrors(health.exposeStackTraces)) }
  } catch {
    // Causes that refer to themselves, or hold a BigInt.
    return { status, body: JSON.stringify(health.statusErrorResponse) }
  }
}

/** An Error has no enumerable properties and would be written as `{}`. */
function showErrors(exposeStackTraces: boolean) {
  return (_: string, value: unknown): unknown => {
    if (!(value instanceof Error)) return value
    const names = Object.getOwnPropertyNames(value).filter((name) => exposeStackTraces || name !== 'stack')
    return Object.fromEntries(
      names.map((name) => [name, (value as unknown as Record<string, unknown>)[name]]),
    )
  }
}
