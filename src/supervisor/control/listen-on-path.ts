import { lstatSync, renameSync, unlinkSync } from 'node:fs'
import type { Server } from 'node:net'
import { uniqueName } from '../../process/unique-name.ts'
import { knock } from '../unix-socket.ts'
import { controlError } from './control-error.ts'

/**
 * Listens on a unix socket to which only this user can connect. The file's mode has to do this: Node cannot
 * ask who connects (SO_PEERCRED). A file that a dead supervisor has left is replaced.
 * @throws LastcallError `LASTCALL_CONTROL_SOCKET` when another supervisor listens there
 */
export async function listenOnPath(server: Server, path: string): Promise<void> {
  for (;;) {
    const error = await tryListen(server, path)
    if (error === null) return
    if (error.code !== 'EADDRINUSE') {
      const problem = `it cannot be created (${error.message})`
      throw controlError(path, `${problem}; choose another with --control`, error)
    }
    const file = identify(path)
    // Undefined: it has just been removed.
    if (file?.isSocket === false)
      throw controlError(path, 'this file is not a socket; choose another with --control')
    const isTaken = file !== undefined && ((await isAnswered(path)) || !removeStale(path, file))
    if (isTaken) throw controlError(path, 'another supervisor listens there; choose another with --control')
  }
}

/** Whether anybody listens on a unix socket. */
export async function isAnswered(path: string): Promise<boolean> {
  const refusal = await knock(path)
  return refusal !== 'ECONNREFUSED' && refusal !== 'ENOENT'
}

function tryListen(server: Server, path: string): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const settle = (error: NodeJS.ErrnoException | null): void => {
      server.removeListener('error', settle).removeListener('listening', onListening)
      resolve(error)
    }
    const onListening = (): void => settle(null)
    server.once('error', settle).once('listening', onListening)
    // The file is created within this call. A later chmod would leave it open to others for a moment.
    const before = process.umask(0o177)
    try {
      server.listen(path)
    } finally {
      process.umask(before)
    }
  })
}

interface FileIdentity {
  readonly isSocket: boolean
  /** A number of a file is used again; its time of creation is not. Renaming keeps both. */
  readonly mark: string
}

function identify(path: string): FileIdentity | undefined {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return found && { isSocket: found.isSocket(), mark: `${found.dev}:${found.ino}:${found.mtimeNs}` }
}

/**
 * Removes a file on which nobody listens. Another supervisor may have replaced it in the meantime: returns
 * false then, and the file stays.
 */
function removeStale(path: string, { mark }: FileIdentity): boolean {
  const aside = `${path}.${uniqueName()}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true
    throw controlError(path, `the file of a dead supervisor cannot be removed (${String(error)})`, error)
  }
  if (identify(aside)?.mark === mark) {
    unlinkSync(aside)
    return true
  }
  renameSync(aside, path)
  return false
}
