import type { Socket } from 'node:net'
import { parseUnsent } from './tcp-table.ts'
import { kernelTables } from './unsent.ts'

const anyPort = { has: () => true }

let look: Promise<ReadonlySet<string>> | null = null
const undelivered = new WeakSet<Socket>()

/**
 * Whether the kernel has still something for the peer of this connection. Closing it now would be no loss by
 * itself, but the next byte that the peer sends would be
 * answered with a reset, and a reset throws the rest away: a WebSocket's ping, an HTTP/2 WINDOW_UPDATE. Never
 * rejects; false where there are no tables.
 */
export async function isDelivering(socket: Socket): Promise<boolean> {
  if (socket.localPort === undefined) return false
  // One read of the tables for all connections that ask in the same turn.
  look ??= readUndelivered().finally(() => (look = null))
  const delivering = (await look).has(endsOf(socket))
  if (delivering) undelivered.add(socket)
  else undelivered.delete(socket)
  return delivering
}

/** What {@link isDelivering} said last. */
export function wasDelivering(socket: Socket): boolean {
  return undelivered.has(socket)
}

/**
 * The same question without waiting, for the deadline: the tables are read when it is asked for the first
 * time, and once.
 */
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
 * The addresses are left out: there are two notations of one, and no harm in waiting for a connection with
 * the same two ports.
 */
function portsOf(key: string): string {
  const [local = '', remote = ''] = key.split(' ')
  return `${portOf(local)} ${portOf(remote)}`
}

function portOf(end: string): number {
  return Number.parseInt(end.slice(end.indexOf(':') + 1), 16)
}
