import { Server } from 'node:net'

/** Where a server was asked to listen. */
export interface ListenedTo {
  readonly port?: unknown
  readonly path?: unknown
  readonly host?: unknown
}

/**
 * Whether a program only talks to itself here (workers, tools, debuggers): a raw server on a path, or on any
 * free port of the loopback address. Its connections end with the process, and no outside client waits for
 * them.
 */
export function isInternal(server: Server, { port, path, host }: ListenedTo): boolean {
  if (server.constructor !== Server) return false
  const loopback = typeof host === 'string' && /^(localhost$|127\.|::1$)/.test(host)
  return path !== undefined || (loopback && Number(port ?? 0) === 0)
}
