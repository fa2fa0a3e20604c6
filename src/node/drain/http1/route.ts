import type { IncomingMessage } from 'node:http'

const MAX_LENGTH = 80

/**
 * Method and path of a request, for reports. Leaves out everything that may hold a secret: the query, the
 * fragment, and the authority of an absolute target or a tunnel, which may name a user (RFC 9112 §3.2, RFC
 * 3986 §3.2.1).
 */
export function routeOf({ method, url = '' }: Pick<IncomingMessage, 'method' | 'url'>): string {
  const path = (url.split(/[?#]/, 1)[0] ?? '').replace(/^[^/]*:\/\/[^/]*/, '').replace(/^[^/]*@/, '')
  return `${method} ${path.slice(0, MAX_LENGTH)}`
}
