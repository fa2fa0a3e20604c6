import type { SocketPlace, SupervisedSocket } from './supervision.ts'

/** A fixed place where a program wants to listen. */
export type ListenTarget =
  { readonly port: number; readonly host: string | undefined } | { readonly path: string }

/**
 * The place in the arguments of `server.listen()`, read as Node reads them (lib/net.js, `normalizeArgs`).
 * @returns null for any free port, for a descriptor or a handle, and for what Node refuses
 */
export function listenTarget([first, second]: readonly unknown[]): ListenTarget | null {
  if (typeof first !== 'object' || first === null) return targetOf(first, second)
  const { fd, handle, _handle, port, path, host } = first as Readonly<Record<string, unknown>>
  if (fd !== undefined || handle !== undefined || _handle !== undefined) return null
  if (port === undefined) return typeof path === 'string' ? targetOf(path, undefined) : null
  return isNumeric(port) ? targetOf(port, host) : null
}

function targetOf(place: unknown, host: unknown): ListenTarget | null {
  if (isNumeric(place)) {
    const port = Number(place)
    return port > 0 ? { port, host: typeof host === 'string' ? host : undefined } : null
  }
  return typeof place === 'string' ? { path: place } : null
}

const isNumeric = (value: unknown): boolean =>
  typeof value === 'number' || (typeof value === 'string' && Number(value) >= 0)

/**
 * Finds the socket for a place: by its path, or by its port. Hosts only count when both name one address.
 */
export function socketFor(
  target: ListenTarget,
  sockets: readonly SupervisedSocket[],
): SupervisedSocket | undefined {
  if ('path' in target) return sockets.find(({ path }) => path === target.path)
  const onPort = sockets.filter(({ port }) => port === target.port)
  return (
    onPort.find(({ host }) => host === target.host) ?? onPort.find(({ host }) => mayBeOne(host, target.host))
  )
}

function mayBeOne(bound: string | undefined, wanted: string | undefined): boolean {
  if (isAny(bound) || isAny(wanted)) return true
  return wanted === 'localhost' && /^(127\.|::1$)/.test(bound ?? '')
}

const isAny = (host: string | undefined): boolean => ['', '0.0.0.0', '::', undefined].includes(host)

/** A socket as `--listen` takes it: `http=0.0.0.0:8080`, `admin=unix:/run/admin.sock`. */
export function describeSocket({ name, ...where }: SocketPlace): string {
  return `${name}=${describePlace(where)}`
}

function describePlace({ host, port, path }: Omit<SocketPlace, 'name'>): string {
  if (path !== undefined) return `unix:${path}`
  const address = host === undefined ? '0.0.0.0' : host.includes(':') ? `[${host}]` : host
  return `${address}:${port ?? '?'}`
}
