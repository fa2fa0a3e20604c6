import { type StatusRange, successStatuses } from '../../load/plain-request.ts'
import { isMap } from '../config/kinds.ts'
import type { Resolve } from './references.ts'

/**
 * The successful statuses of a Responses Object (OpenAPI 3.1 §4.8.16). Every 2xx if it only has `default`, or
 * if it is missing. Empty when it documents no success.
 */
export function documentedSuccesses(responses: unknown): readonly StatusRange[] {
  if (!isMap(responses)) return successStatuses
  const statuses = Object.keys(responses).flatMap((code): readonly StatusRange[] => {
    if (/^2xx$/i.test(code)) return successStatuses
    return /^2\d\d$/.test(code) ? [[Number(code), Number(code)]] : []
  })
  return statuses.length === 0 && 'default' in responses ? successStatuses : statuses
}

/** Whether every documented success is an event stream, which has no end. */
export function isEventStream(responses: unknown, resolve: Resolve): boolean {
  const successes = isMap(responses) ? Object.entries(responses).filter(([code]) => code.startsWith('2')) : []
  const types = successes
    .map(([, response]) => resolve(response))
    .flatMap((response) => (isMap(response) && isMap(response['content']) ? [response['content']] : []))
    .flatMap((content) => Object.keys(content))
  return types.length > 0 && types.every((type) => type.startsWith('text/event-stream'))
}
