import { type HealthSettings, isStatus } from './settings.ts'

/** The response of a health check. */
export interface HealthAnswer {
  readonly status: number
  readonly body: string
}

/**
 * The response of a check that passed. Each response is a new object: terminus adds a check's result to one
 * shared object, so that it appears in later responses, too.
 * @throws TypeError when `info` cannot be written as JSON
 */
export function passedAnswer(health: HealthSettings, info: unknown): HealthAnswer {
  const added = health.verbatim ? info : { info, details: info }
  const body = info ? Object.assign({}, health.statusOkResponse, added) : health.statusOkResponse
  return { status: health.statusOk, body: JSON.stringify(body) }
}

/**
 * The response of a check that failed with this error. The error may be any value; its `statusCode`,
 * `statusResponse` and `causes` are used.
 */
export function failedAnswer(health: HealthSettings, error: unknown): HealthAnswer {
  const { statusCode, statusResponse, causes } = (error ?? {}) as Readonly<Record<string, unknown>>
  const status = isStatus(statusCode) ? statusCode : health.statusError
  const response = statusResponse ? statusResponse : health.statusErrorResponse
  const body = causes ? Object.assign({}, response, { error: causes, details: causes }) : response
  try {
    return { status, body: JSON.stringify(body, showErrors(health.exposeStackTraces)) }
  } catch {
    // Causes that refer to themselves, or contain a BigInt.
    return { status, body: JSON.stringify(health.statusErrorResponse) }
  }
}

/** An Error has no enumerable properties, so JSON would be `{}`. */
function showErrors(exposeStackTraces: boolean) {
  return (_: string, value: unknown): unknown => {
    if (!(value instanceof Error)) return value
    const names = Object.getOwnPropertyNames(value).filter((name) => exposeStackTraces || name !== 'stack')
    return Object.fromEntries(
      names.map((name) => [name, (value as unknown as Record<string, unknown>)[name]]),
    )
  }
}
