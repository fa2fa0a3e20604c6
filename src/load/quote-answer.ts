import type { Headers } from './headers.ts'

/** A shorter value is no secret, and would be found in words that have nothing to do with it. */
const MIN_SECRET_LENGTH = 8
const MAX_QUOTED_LENGTH = 120

/** What was sent, and may be secret. */
interface Sent {
  readonly headers: Headers
  readonly body?: string | undefined
}

/**
 * The first line of an answer for an error, without what it repeats of the request's body and header fields.
 */
export function quoteAnswer(answer: string, { headers, body }: Sent): string {
  const fields = Object.entries(headers).filter(([name]) => name !== 'host' && name !== 'content-type')
  const secrets = [body ?? '', ...fields.flatMap(([, value]) => [value, withoutScheme(value)])]
    .filter((text) => text.length >= MIN_SECRET_LENGTH)
    .flatMap((text) => [text, JSON.stringify(text).slice(1, -1)])
  // The longest first: one may be a part of another.
  const hidden = secrets
    .toSorted((one, other) => other.length - one.length)
    .reduce((text, secret) => text.replaceAll(secret, '…'), answer)
  return (hidden.split('\n', 1)[0] ?? '').slice(0, MAX_QUOTED_LENGTH) || '(empty body)'
}

/**
 * The credentials of `Authorization: Bearer …` alone (RFC 9110 §11.4), which a server may quote by
 * themselves.
 */
function withoutScheme(value: string): string {
  return value.replace(/^\S+ +/, '')
}
