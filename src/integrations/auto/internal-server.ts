import { Server } from 'node:net'

/** What a server was told to listen to. */
export interface ListenedTo {
  readonly port?: unknown
  readonly path?: unknown
  readonly host?: unknown
}

/**
 * Whether this is a program's talk with itself (workers, tools, debuggers): a raw server on a path, or on any
 * free port of the loopback address. Its connections end with the process, and nobody outside waits for them.
 */
export function isInternal(server: Server, { port, path, host }: ListenedTo): boolean {
  if (server.constructor !== Server) return false
  const loopback = typeof host === 'string' && /^(localhost$|127\.|::1$)/.test(host)
  return path !== undefined || (loopback && Number(port ?? 0) === 0)
}
