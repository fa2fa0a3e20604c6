import type { Headers } from './headers.ts'

/** A shorter value is no secret, and unrelated words may contain it. */
const MIN_SECRET_LENGTH = 8
const MAX_QUOTED_LENGTH = 120

/** The request's fields and body, which may be secret. */
interface Sent {
  readonly headers: Headers
  readonly body?: string | undefined
}

/**
 * Quotes the first line of an answer in an error, without the parts that repeat the request's body and header
 * fields.
 */
export function quoteAnswer(answer: string, { headers, body }: Sent): string {
  const fields = Object.entries(headers).filter(([name]) => name !== 'host' && name !== 'content-type')
  const secrets = [body ?? '', ...fields.flatMap(([, value]) => [value, withoutScheme(value)])]
    .filter((text) => text.length >= MIN_SECRET_LENGTH)
    .flatMap((text) => [text, JSON.stringify(text).slice(1, -1)])
  // Longest first, because one secret may be part of another.
  const hidden = secrets
    .toSorted((one, other) => other.length - one.length)
    .reduce((text, secret) => text.replaceAll(secret, '…'), answer)
  return (hidden.split('\n', 1)[0] ?? '').slice(0, MAX_QUOTED_LENGTH) || '(empty body)'
}

/**
 * The credentials of `Authorization: Bearer …` (RFC 9110 §11.4). A server may quote them without the scheme.
 */
function withoutScheme(value: string): string {
  return value.replace(/^\S+ +/, '')
}
