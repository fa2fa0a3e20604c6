import type { Socket } from 'node:net'
import { parseUnsent } from './tcp-table.ts'
import { kernelTables } from './unsent.ts'

const anyPort = { has: () => true }

let look: Promise<ReadonlySet<string>> | null = null
const undelivered = new WeakSet<Socket>()

/**
 * Whether the kernel still has data for the peer of this connection. If it was closed now, the next byte from
 * the peer (a WebSocket ping, an HTTP/2 WINDOW_UPDATE) would cause a reset, and a reset discards that data.
 * Never rejects; false on systems without these tables.
 */
export async function isDelivering(socket: Socket): Promise<boolean> {
  if (socket.localPort === undefined) return false
  // All connections that ask in the same turn share one read of the tables.
  look ??= readUndelivered().finally(() => (look = null))
  const delivering = (await look).has(endsOf(socket))
  if (delivering) undelivered.add(socket)
  else undelivered.delete(socket)
  return delivering
}

/** The last result of {@link isDelivering}. */
export function wasDelivering(socket: Socket): boolean {
  return undelivered.has(socket)
}

/** The same question without waiting, for the drain timeout. Reads the tables once, at the first call. */
export function undeliveredNow(): (socket: Socket) => boolean {
  let found: ReadonlySet<string> | null = null
  return (socket) => {
    found ??= connectionsIn(kernelTables.readNow())
    return found.has(endsOf(socket))
  }
}

async function readUndelivered(): Promise<ReadonlySet<string>> {
  return connectionsIn(await kernelTables.read())
}

function connectionsIn(tables: readonly string[]): ReadonlySet<string> {
  const unsent = tables.flatMap((table) => parseUnsent(table, anyPort))
  return new Set(unsent.map(({ key }) => portsOf(key)))
}

function endsOf({ localPort, remotePort }: Socket): string {
  return `${localPort} ${remotePort}`
}

/**
 * Ignores the addresses, because one address has two notations. Waiting for another connection with the same
 * two ports does no harm.
 */
function portsOf(key: string): string {
  const [local = '', remote = ''] = key.split(' ')
  return `${portOf(local)} ${portOf(remote)}`
}

function portOf(end: string): number {
  return Number.parseInt(end.slice(end.indexOf(':') + 1), 16)
}
