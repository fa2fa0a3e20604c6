import { fstatSync } from 'node:fs'
import { LastcallError } from '../../core/errors.ts'
import { boundAddress, type BoundHandle, type HeldSocket, openInherited, SocketError } from './held-socket.ts'
import { pathOfInode } from './unix-file.ts'

/** systemd passes its sockets from this descriptor on (sd_listen_fds(3)). */
const FIRST_FD = 3

/**
 * Takes the sockets that systemd, or podman, has bound for this process, and removes their variables from the
 * environment: nothing that is started later may take them for its own. Variables that were meant for another
 * process, whose children inherit them, are removed as well, and name no socket.
 * @param pid of this process
 * @throws LastcallError `LASTCALL_LISTEN` when a descriptor is not a stream socket
 */
export function takeActivated(env: Record<string, string | undefined>, pid: number): readonly HeldSocket[] {
  const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES } = env
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES', 'LISTEN_PIDFDID']) delete env[name]
  if (Number(LISTEN_PID) !== pid || !/^\d+$/.test(LISTEN_FDS ?? '')) return []
  const names = (LISTEN_FDNAMES ?? '').split(':')
  const taken: HeldSocket[] = []
  for (let index = 0; index < Number(LISTEN_FDS); index++) {
    const name = freeName(names[index] ?? '', index + 1, taken)
    taken.push(openActivated(name, FIRST_FD + index))
  }
  return taken
}

/** The sockets of one unit have the same name, unless FileDescriptorName= gives them others. */
function freeName(given: string, number: number, taken: readonly HeldSocket[]): string {
  const isTaken = (wanted: string): boolean => taken.some(({ name }) => name === wanted)
  if (given === '' || given === 'unknown') return `socket-${number}`
  return isTaken(given) ? `${given}-${number}` : given
}

function openActivated(name: string, fd: number): HeldSocket {
  const handle = open(name, fd)
  return { name, fd, ...addressOf(handle, fd), handle, close: () => handle.close() }
}

function open(name: string, fd: number): BoundHandle {
  try {
    return openInherited(fd)
  } catch (error) {
    const why = error instanceof SocketError ? error.code : String(error)
    const wanted = 'wanted a TCP or unix stream socket (ListenStream= in the socket unit)'
    throw new LastcallError(
      'LASTCALL_LISTEN',
      [`${name}: descriptor ${fd} cannot be used (${why}); ${wanted}`],
      error,
    )
  }
}

function addressOf(handle: BoundHandle, fd: number): Pick<HeldSocket, 'host' | 'port' | 'path'> {
  if (handle.getsockname) {
    const { address, port } = boundAddress(handle)
    return { host: address, port }
  }
  const path = pathOfInode(fstatSync(fd).ino)
  return path === undefined ? {} : { path }
}
