import type { AddressInfo, Server } from 'node:net'
import { MAX_DURATION_MS } from '../../core/defaults.ts'
import { describe } from '../../core/describe.ts'

/** Options of `listen()`. The limits are Node's own, and stay as they are when they are left out. */
export interface ListenOptions {
  /**
   * Port of a process that is not supervised; 0 for any free port. A generation has its supervisor's.
   * @default the variable PORT, else 8080
   */
  readonly port?: number | undefined
  /**
   * Address of a process that is not supervised.
   * @default all addresses
   */
  readonly host?: string | undefined
  /** Path of a unix socket, in place of port and host, of a process that is not supervised. */
  readonly path?: string | undefined
  /**
   * How many connections the kernel queues.
   * @default 511
   */
  readonly backlog?: number | undefined
  /**
   * Milliseconds for a whole request to arrive, 0 for no limit (`server.requestTimeout`). Go's ReadTimeout.
   * Node looks every 30 s (`connectionsCheckingInterval` of `createServer()`).
   */
  readonly requestTimeoutMs?: number | undefined
  /** Milliseconds for the header of a request (`server.headersTimeout`). Go's ReadHeaderTimeout. */
  readonly headersTimeoutMs?: number | undefined
  /** Milliseconds that a connection stays open between two requests (`server.keepAliveTimeout`). */
  readonly keepAliveTimeoutMs?: number | undefined
  /**
   * Milliseconds in which nothing may be read or written for a request in progress. Then its connection is
   * destroyed (`server.timeout`). The nearest that Node has to Go's WriteTimeout, which limits the whole
   * response.
   */
  readonly responseTimeoutMs?: number | undefined
  /** Bytes of a request's header (`maxHeaderSize` of `createServer()`). Go's MaxHeaderBytes. */
  readonly maxHeaderBytes?: number | undefined
  /**
   * Called once with the address, right before the server accepts its first connection. When it throws, the
   * server does not accept: `listen()` rejects, or in a generation the server emits 'error'.
   */
  readonly beforeBegin?: ((address: AddressInfo | string) => void) | undefined
}

/** The property of Node's servers behind each limit. */
const limits = {
  requestTimeoutMs: 'requestTimeout',
  headersTimeoutMs: 'headersTimeout',
  keepAliveTimeoutMs: 'keepAliveTimeout',
  responseTimeoutMs: 'timeout',
  // Not documented as a property, but Node reads it for each connection (lib/_http_server.js, 22 to 26).
  maxHeaderBytes: 'maxHeaderSize',
} as const

const limitNames = Object.keys(limits) as (keyof typeof limits)[]

const isCount = (value: unknown, max: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max

const isDuration = (value: unknown): boolean =>
  typeof value === 'number' && value >= 0 && value <= MAX_DURATION_MS

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

type Rule = readonly [accepts: (value: unknown) => boolean, wanted: string]

const duration: Rule = [isDuration, `milliseconds from 0 to ${MAX_DURATION_MS}`]

const rules: Readonly<Record<keyof ListenOptions, Rule>> = {
  port: [(value) => isCount(value, 65_535), 'a port from 0 to 65535'],
  host: [isText, "an address or host name, such as '127.0.0.1'"],
  path: [isText, 'the path of a unix socket'],
  backlog: [(value) => isCount(value, 2 ** 31 - 1), 'a number of connections'],
  requestTimeoutMs: duration,
  headersTimeoutMs: duration,
  keepAliveTimeoutMs: duration,
  responseTimeoutMs: duration,
  maxHeaderBytes: [(value) => isCount(value, 2 ** 31 - 1) && value !== 0, 'a number of bytes from 1'],
  beforeBegin: [(value) => typeof value === 'function', 'a function'],
}

/** Everything that is wrong with the options. */
export function optionProblems(server: Server, options: ListenOptions): readonly string[] {
  if (typeof options !== 'object' || options === null)
    return [`options: got ${describe(options)}, pass an object`]
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const problems = given.flatMap(([name, value]) => {
    const rule = rules[name as keyof ListenOptions] as Rule | undefined
    if (!rule) return [`${name}: there is no such option; the options are ${Object.keys(rules).join(', ')}`]
    const [accepts, wanted] = rule
    return accepts(value) ? [] : [`${name}: got ${describe(value)}, wanted ${wanted}`]
  })
  const both = options.path !== undefined && (options.port !== undefined || options.host !== undefined)
  const foreign = limitNames.filter((name) => options[name] !== undefined && !(limits[name] in server))
  return [
    ...problems,
    ...(both ? ['path: a server listens on a path, or on host and port; leave out one of them'] : []),
    ...foreign.map((name) => `${name}: this kind of server has no ${limits[name]} in this Node.js`),
  ]
}

/** Sets the limits that are given. */
export function setLimits(server: Server, options: ListenOptions): void {
  for (const name of limitNames)
    if (options[name] !== undefined) Object.assign(server, { [limits[name]]: options[name] })
}
