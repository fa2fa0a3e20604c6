import { isIP, isIPv4 } from 'node:net'
import type { ListenSpec } from '../options.ts'
import { MAX_PATH_BYTES } from '../unix-socket.ts'

const MAX_PORT = 65_535
const EXAMPLES = 'http=0.0.0.0:8080, http=[::]:8080, http=8080 or admin=unix:/run/shop.sock'

/** What `--listen` asked for, and what is wrong with it, one sentence each. */
export interface Listens {
  readonly specs: readonly ListenSpec[]
  readonly problems: readonly string[]
}

/** Reads all values of `--listen`. A name or an address may be given once. */
export function parseListens(texts: readonly string[]): Listens {
  const specs: ListenSpec[] = []
  const problems: string[] = []
  for (const text of texts) {
    const spec = parseListen(text)
    const problem = typeof spec === 'string' ? spec : describeClash(spec, specs)
    if (problem !== null) problems.push(`--listen: ${problem}`)
    else if (typeof spec !== 'string') specs.push(spec)
  }
  return { specs, problems }
}

/** Two sockets of one address can be bound, and only one of them can listen. */
function describeClash(spec: ListenSpec, others: readonly ListenSpec[]): string | null {
  if (others.some(({ name }) => name === spec.name)) {
    return `the name '${spec.name}' is given twice; give each socket a name of its own`
  }
  const other = others.find((one) => overlap(one, spec))
  return other ? `'${other.name}' and '${spec.name}' have the same address; leave one of them out` : null
}

function overlap(one: ListenSpec, other: ListenSpec): boolean {
  if ('path' in one && 'path' in other) return one.path === other.path
  if (!('port' in one && 'port' in other) || one.port !== other.port || one.port === 0) return false
  return one.host === other.host || covers(one.host, other.host) || covers(other.host, one.host)
}

/** `[::]` takes IPv4 as well. */
const covers = (host: string, other: string): boolean =>
  host === '' || host === '::' || (host === '0.0.0.0' && isIPv4(other))

/**
 * Reads one value of `--listen`: `name=address`, or `name` alone for a socket from systemd.
 * @returns the socket, or what is wrong as the rest of a sentence
 */
export function parseListen(text: string): ListenSpec | string {
  const at = text.indexOf('=')
  const name = at < 0 ? text : text.slice(0, at)
  if (!/^[a-z0-9_.-]+$/.test(name)) {
    const wanted = 'a name of lower-case letters, digits, _, . and -'
    return `got '${text}', wanted ${wanted} and an address, such as ${EXAMPLES}`
  }
  if (at < 0) return { name, from: 'systemd' }
  const address = text.slice(at + 1)
  return address.startsWith('unix:')
    ? parsePath(name, address.slice('unix:'.length))
    : parseAddress(name, address)
}

function parsePath(name: string, path: string): ListenSpec | string {
  if (!path.startsWith('/')) {
    return `got '${name}=unix:${path}', wanted an absolute path: a deploy changes the working folder`
  }
  if (path.endsWith('/') || path.includes('\0')) return `'${path}' cannot be the name of a socket file`
  const bytes = Buffer.byteLength(path)
  if (bytes <= MAX_PATH_BYTES) return { name, path }
  return `the path of '${name}' has ${bytes} bytes, wanted at most ${MAX_PATH_BYTES} (unix(7))`
}

function parseAddress(name: string, address: string): ListenSpec | string {
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]*)\]:|([^:]*):)?(\d*)$/.exec(address) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  if (digits === '') return `got '${name}=${address}', wanted an address such as ${EXAMPLES}`
  if (port > MAX_PORT) return `the port of '${name}' is ${digits}, wanted 0 (any free one) to ${MAX_PORT}`
  if (host === undefined) return { name, host: '', port }
  if (isIP(host) === (bracketed === undefined ? 4 : 6)) return { name, host, port }
  // A name can stand for several addresses, and for others tomorrow.
  return `the host of '${name}' is '${host}', wanted an IP address such as 127.0.0.1, or [::1]`
}
