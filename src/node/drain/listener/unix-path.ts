import { linkSync, renameSync, rmSync, statSync } from 'node:fs'
import type { Server } from 'node:net'

/**
 * Closes a listener without removing a successor's path. libuv unlinks the path of a unix socket when it
 * closes it, even if another process has bound the path since (Node.js docs, net, "server.close() will unlink
 * it").
 */
export function closeKeepingSuccessor(server: Server, close: () => void): void {
  const path = server.address()
  const mine = typeof path === 'string' ? pathOwners.get(server) : undefined
  if (typeof path !== 'string' || mine === undefined || inodeOf(path) === mine) return close()
  const aside = `${path}.${process.pid}.successor`
  try {
    // A second name keeps the successor's socket. It gets its first name back right after libuv has removed
    // it.
    linkSync(path, aside)
  } catch {
    return close()
  }
  close()
  try {
    renameSync(aside, path)
  } catch {
    // The successor has gone as well.
  } finally {
    // An inherited socket is not removed, and a rename to the same file does nothing (rename(2)).
    rmSync(aside, { force: true })
  }
}

/** Inode of each listening path while it belonged to this server. */
const pathOwners = new WeakMap<Server, number>()

/** Remembers the path's inode when the server begins to listen, because only then it is known to be ours. */
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
