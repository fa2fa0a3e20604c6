import { LastcallError } from '../../core/errors.ts'
import type { ListenSpec } from '../options.ts'
import { describeTcpRefusal, describeUnixRefusal } from './describe-refusal.ts'
import {
  type BoundAddress,
  type BoundHandle,
  bindTcp,
  bindUnix,
  type HeldSocket,
  SocketError,
} from './held-socket.ts'
import { identifyFile, removeStaleSocket } from './unix-file.ts'

type Address = Extract<ListenSpec, { port: number }>
type Result = HeldSocket | { readonly problem: string }

/** Of `server.listen(port)`: a machine without IPv6 says one of these. */
const WITHOUT_IPV6 = ['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL']

/**
 * Binds every socket of `--listen`, and listens on none: until a generation listens, clients are refused.
 * From then on the kernel queues connections for as long as any process has the socket open.
 * @param activated sockets from systemd. One is used for the spec of its name; the others follow at the end
 * @param reusePort whether the sockets only reserve their ports, for generations that bind with SO_REUSEPORT
 * @throws LastcallError `LASTCALL_LISTEN` with all problems; then nothing stays bound
 */
export async function bindSockets(
  specs: readonly ListenSpec[],
  activated: readonly HeldSocket[] = [],
  reusePort = false,
): Promise<readonly HeldSocket[]> {
  const held: HeldSocket[] = []
  const problems: string[] = []
  for (const spec of specs) {
    const given = activated.find(({ name }) => name === spec.name)
    const result = given ? agreeing(given, spec) : await bind(spec, activated, reusePort)
    if ('problem' in result) problems.push(result.problem)
    else held.push(result)
  }
  if (problems.length === 0) return [...held, ...activated.filter((socket) => !held.includes(socket))]
  for (const socket of held) if (!activated.includes(socket)) socket.close()
  throw new LastcallError('LASTCALL_LISTEN', problems)
}

/** A socket from systemd, which has to be what the command line says it is. */
function agreeing(given: HeldSocket, spec: ListenSpec): Result {
  if ('from' in spec || isAt(given, spec)) return given
  const wanted = 'path' in spec ? spec.path : textOf(spec)
  const there = given.path ?? textOf({ host: given.host ?? '', port: given.port ?? 0 })
  return {
    problem:
      `${spec.name}: systemd has bound ${there}, and --listen says ${wanted}; ` +
      `change ListenStream= of the socket unit, or write only --listen ${spec.name}`,
  }
}

function isAt(given: HeldSocket, spec: Exclude<ListenSpec, { from: string }>): boolean {
  // An address that cannot be found out cannot disagree.
  if ('path' in spec) return given.port === undefined && (given.path ?? spec.path) === spec.path
  if (given.port !== spec.port) return given.port === undefined && given.path === undefined
  return (spec.host === '' ? ['::', '0.0.0.0'] : [spec.host]).includes(given.host ?? '')
}

async function bind(spec: ListenSpec, activated: readonly HeldSocket[], reusePort: boolean): Promise<Result> {
  if ('port' in spec) return bindAddress(spec, reusePort)
  if ('path' in spec) return bindPath(spec.name, spec.path)
  const names = activated.map(({ name }) => name).join(', ')
  const found = names === '' ? 'it has passed none' : `it has passed ${names}`
  // A number alone is meant as a port.
  const address = /^\d+$/.test(spec.name) ? `http=${spec.name}` : `${spec.name}=8080`
  return {
    problem:
      `${spec.name}: no socket of this name comes from systemd (${found}); ` +
      `set FileDescriptorName=${spec.name} in the socket unit, or write name and address: ${address}`,
  }
}

function bindAddress(spec: Address, reusePort: boolean): Result {
  try {
    const { handle, bound } = bindAnywhere(spec, reusePort)
    return {
      name: spec.name,
      fd: handle.fd,
      host: bound.address,
      port: bound.port,
      ...(reusePort && { reusePort }),
      handle,
      close: () => handle.close(),
    }
  } catch (error) {
    return { problem: `${spec.name}: ${textOf(spec)} ${describeTcpRefusal(spec.port, error)}` }
  }
}

function bindAnywhere(
  { host, port }: Address,
  reusePort: boolean,
): { readonly handle: BoundHandle; readonly bound: BoundAddress } {
  if (host !== '') return bindTcp(host, port, reusePort)
  try {
    return bindTcp('::', port, reusePort)
  } catch (error) {
    if (!(error instanceof SocketError) || !WITHOUT_IPV6.includes(error.code)) throw error
    return bindTcp('0.0.0.0', port, reusePort)
  }
}

async function bindPath(name: string, path: string): Promise<Result> {
  try {
    const obstacle = await removeStaleSocket(path)
    if (obstacle !== null) return { problem: `${name}: ${path} cannot be bound: ${obstacle}` }
    const handle = bindUnix(path)
    const own = identifyFile(path)
    const close = (): void => {
      // libuv removes whatever has the name by then. Of somebody else's file nothing is closed here.
      if (identifyFile(path) === own) handle.close()
    }
    return { name, fd: handle.fd, path, handle, close }
  } catch (error) {
    return { problem: `${name}: ${path} ${describeUnixRefusal(error)}` }
  }
}

function textOf({ host, port }: { readonly host: string; readonly port: number }): string {
  if (host === '') return `port ${port}`
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
