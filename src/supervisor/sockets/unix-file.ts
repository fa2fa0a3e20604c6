import { lstatSync, readFileSync, type Stats, unlinkSync } from 'node:fs'
import { knock } from '../unix-socket.ts'

/** Identity of the file at the path; null when there is none. */
export function identifyFile(path: string): string | null {
  const found = statOf(path)
  return found && `${found.dev}:${found.ino}`
}

/**
 * Removes the file of a unix socket that no process has open any more, as a process leaves it that was
 * killed.
 * @returns why the path is not free, as the rest of a sentence; null when it is
 */
export async function removeStaleSocket(path: string): Promise<string | null> {
  const found = statOf(path)
  if (!found) return null
  if (!found.isSocket()) return 'the file there is not a socket; choose another path'
  const answer = await knock(path)
  // EAGAIN: its queue is full.
  if (answer === null || answer === 'EAGAIN') {
    return 'another process listens there; end it, or choose another path'
  }
  if (answer === 'ENOENT') return null
  if (answer !== 'ECONNREFUSED') return `the socket there does not say who has it (${answer}); remove it`
  // A supervisor whose first generation is still starting has bound its socket, and nobody listens yet.
  if (openUnixSockets().some((socket) => socket.path === path)) {
    return 'another process has bound it, and is about to listen; end it, or choose another path'
  }
  unlinkSync(path)
  return null
}

/** Path of a bound unix socket, by the inode of its descriptor. Undefined outside Linux. */
export function pathOfInode(inode: number): string | undefined {
  return openUnixSockets().find((socket) => socket.inode === inode)?.path
}

/** Bound unix sockets of this network namespace, from proc_net(5). */
function openUnixSockets(): readonly { readonly inode: number; readonly path: string }[] {
  try {
    const lines = readFileSync('/proc/net/unix', 'utf8').split('\n').slice(1)
    return lines.flatMap((line) => {
      const [, inode, path] = /^(?:\S+\s+){6}(\d+)\s(\/.*)$/.exec(line) ?? []
      return path === undefined ? [] : [{ inode: Number(inode), path }]
    })
  } catch {
    return []
  }
}

function statOf(path: string): Stats | null {
  try {
    return lstatSync(path)
  } catch {
    return null
  }
}
