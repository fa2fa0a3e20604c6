import cluster from 'node:cluster'
import { once } from 'node:events'
import { type AddressInfo, Server } from 'node:net'
import { describe } from '../../core/describe.ts'
import { LastcallError } from '../../core/errors.ts'
import { supervisionVariables } from '../../core/supervision.ts'
import { errorText } from '../guard/limit.ts'
import { realHost } from '../host/host.ts'
import { type ListenOptions, optionProblems, setLimits } from './listen-options.ts'
import { supervised } from './supervised.ts'

const DEFAULT_PORT = 8080

/**
 * Listens on the socket that `lastcall run --listen name=…` holds under this name. The server accepts its
 * first connection when the supervisor says so, which is after a lifecycle has started and is ready. Without
 * a supervisor, the process binds port, host or path by itself.
 *
 * Resolves to the address when the server listens: under a supervisor at once, because the socket is bound.
 * @param name of the socket; without a supervisor it has no meaning
 * @throws LastcallError as a rejection: `LASTCALL_LISTEN` when the server or the socket cannot be used,
 *   `LASTCALL_INVALID_OPTIONS`
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { createLifecycle, listen } from 'lastcall'
 *
 * const lifecycle = createLifecycle()
 * const server = lifecycle.serve(createServer((_, response) => response.end('hello')))
 * await lifecycle.start()
 * await listen(server, 'http', { port: 8080 })
 * ```
 */
export async function listen(
  server: Server,
  name: string,
  options: ListenOptions = {},
): Promise<AddressInfo | string> {
  refuseUnusable(server, name, options)
  setLimits(server, options)
  const here = supervised()
  if (here === null) return bind(server, options)
  // Node has no listen({ fd }) there.
  if (process.platform === 'win32') {
    throw new LastcallError('LASTCALL_LISTEN', [
      'Windows passes no sockets to a child process; run the program without lastcall run',
    ])
  }
  here.take(name, server, options)
  await once(server, 'listening')
  return server.address() ?? ''
}

async function bind(server: Server, options: ListenOptions): Promise<AddressInfo | string> {
  const host = realHost()
  const { env } = host.process
  if (cluster.isWorker && env[supervisionVariables.generation] !== undefined) {
    throw new LastcallError('LASTCALL_LISTEN', [
      'a worker of node:cluster listens through its primary, not on the sockets of lastcall run; ' +
        'let lastcall run start one process without a cluster',
    ])
  }
  const { path, backlog } = options
  const place = path === undefined ? { port: options.port ?? portOf(env), host: options.host } : { path }
  try {
    server.listen({ ...place, backlog })
    await once(server, 'listening')
  } catch (error) {
    throw new LastcallError(
      'LASTCALL_LISTEN',
      [`${errorText(error)}; free it, or choose another with the options port, host or path`],
      error,
    )
  }
  return begin(server, options)
}

/** Called in the turn in which the server begins to listen: it has no connection before the next one. */
function begin(server: Server, { beforeBegin }: ListenOptions): AddressInfo | string {
  const address = server.address() ?? ''
  try {
    beforeBegin?.(address)
  } catch (error) {
    server.close()
    throw new LastcallError('LASTCALL_LISTEN', [`beforeBegin failed: ${errorText(error)}`], error)
  }
  return address
}

/** @throws LastcallError `LASTCALL_INVALID_OPTIONS` */
function portOf({ PORT: text }: Readonly<Record<string, string | undefined>>): number {
  if (!text) return DEFAULT_PORT
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new LastcallError('LASTCALL_INVALID_OPTIONS', [
    `PORT: got ${describe(text)}, wanted a port from 0 to 65535; set it, or pass the option port or path`,
  ])
}

/** @throws LastcallError `LASTCALL_LISTEN`, `LASTCALL_INVALID_OPTIONS` */
function refuseUnusable(server: unknown, name: unknown, options: ListenOptions): asserts server is Server {
  if (!(server instanceof Server)) {
    throw new LastcallError('LASTCALL_LISTEN', [
      `got ${describe(server)}; pass what http.createServer() or your framework has made`,
    ])
  }
  const isName = typeof name === 'string' && name !== ''
  const problems = [
    ...(isName ? [] : [`listen: the name is ${describe(name)}, wanted that of a --listen, such as 'http'`]),
    ...optionProblems(server, options),
  ]
  if (problems.length > 0) throw new LastcallError('LASTCALL_INVALID_OPTIONS', problems)
  if (server.listening) {
    throw new LastcallError('LASTCALL_LISTEN', [
      'the server listens already; call listen() in place of server.listen()',
    ])
  }
}
