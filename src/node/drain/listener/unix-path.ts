import { linkSync, renameSync, rmSync, statSync } from 'node:fs'
import type { Server } from 'node:net'

/**
 * Closes a listener and leaves its path alone when it is a successor's by now: libuv unlinks the path of a
 * unix socket when it closes it, even if another process has bound it since (Node.js docs, net,
 * "server.close() will unlink it").
 */
export function closeKeepingSuccessor(server: Server, close: () => void): void {
  const path = server.address()
  const mine = typeof path === 'string' ? pathOwners.get(server) : undefined
  if (typeof path !== 'string' || mine === undefined || inodeOf(path) === mine) return close()
  const aside = `${path}.${process.pid}.successor`
  try {
    // A second name keeps the successor's socket; it gets its first one back right after libuv has taken it
    // away.
    linkSync(path, aside)
  } catch {
    return close()
  }
  close()
  try {
    renameSync(aside, path)
  } catch {
    rmSync(aside, { force: true })
  }
}

/** Inode that each listening path had when it was this server's. */
const pathOwners = new WeakMap<Server, number>()

/** Remembers whose path it is, at the moment it is known: when the server begins to listen. */
export function rememberPath(server: Server): void {
  const path = server.address()
  const inode = typeof path === 'string' ? inodeOf(path) : undefined
  if (inode !== undefined) pathOwners.set(server, inode)
}

function inodeOf(path: string): number | undefined {
  try {
    return statSync(path).ino
  } catch {
    return undefined
  }
}
