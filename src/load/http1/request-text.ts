import { bodyHeaders, type Headers } from '../headers.ts'

/** A request before it is written. */
export interface Http1Request {
  readonly method: string
  readonly path: string
  readonly headers: Headers
  /** Absent: no body. */
  readonly body?: string | undefined
}

/** Requests with these methods have no length when they have no body (RFC 9110 §8.6). */
const bodiless: readonly string[] = ['GET', 'HEAD', 'DELETE', 'OPTIONS']

/** Serializes a request with its body, byte for byte like `node:http`. */
export function writeRequest(
  { method, path, headers, body }: Http1Request,
  isLast: boolean,
): { readonly text: string; readonly encoding: 'latin1' | 'utf8' } {
  let text = `${method} ${path} HTTP/1.1\r\n`
  for (const [name, value] of Object.entries({ ...headers, ...bodyHeaders(body, headers) })) {
    text += `${name}: ${value}\r\n`
  }
  text += isLast ? 'Connection: close\r\n' : 'Connection: keep-alive\r\n'
  if (body === undefined && !bodiless.includes(method)) text += 'Content-Length: 0\r\n'
  return body ? { text: `${text}\r\n${body}`, encoding: 'utf8' } : { text: `${text}\r\n`, encoding: 'latin1' }
}
