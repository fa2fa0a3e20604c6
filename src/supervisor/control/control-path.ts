import { lstatSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { MAX_PATH_BYTES } from '../unix-socket.ts'
import { controlError } from './control-error.ts'

type Environment = Readonly<Record<string, string | undefined>>

const ROOT = 0

/** The user of this process. Windows has no such number, and no supervisor. */
export function ownUser(): number {
  return process.getuid?.() ?? ROOT
}

/**
 * Where a supervisor has its socket by default. Its process id is in the name, so that several supervisors do
 * not collide.
 */
export function defaultControlPath(env: Environment, pid: number, user: number = ownUser()): string {
  const runtime = runtimeFolder(env)
  // After `sudo -E` or `su` it is the folder of somebody else.
  const isOwn = runtime !== undefined && statSync(runtime, { throwIfNoEntry: false })?.uid === user
  return join(isOwn ? join(runtime, 'lastcall') : temporaryFolder(env, user), `${pid}.sock`)
}

/** The folders in which sockets of this user's supervisors may be, also of those with another environment. */
export function controlFolders(env: Environment, user: number = ownUser()): readonly string[] {
  const runtime = runtimeFolder(env)
  const folders = [
    ...(runtime === undefined ? [] : [join(runtime, 'lastcall')]),
    `/run/user/${user}/lastcall`,
    temporaryFolder(env, user),
    temporaryFolder({}, user),
  ]
  return [...new Set(folders)]
}

function runtimeFolder(env: Environment): string | undefined {
  const folder = env['XDG_RUNTIME_DIR']
  // The specification ignores relative paths (XDG Base Directory Specification, "Basics").
  return folder?.startsWith('/') ? folder : undefined
}

function temporaryFolder(env: Environment, user: number): string {
  const given = env['TMPDIR']
  return join(given?.startsWith('/') ? given : '/tmp', `lastcall-${user}`)
}

/**
 * Checks that a path fits into the address of a unix socket.
 * @throws LastcallError `LASTCALL_CONTROL_SOCKET`
 */
export function checkPathLength(path: string): void {
  const bytes = Buffer.byteLength(path)
  if (bytes <= MAX_PATH_BYTES) return
  const wanted = `a unix socket has at most ${MAX_PATH_BYTES}; choose a shorter path with --control`
  throw controlError(path, `the path has ${bytes} bytes, ${wanted}`)
}

/**
 * Creates the folder of a socket, for this user alone, and refuses one that another user could have put
 * there, also as a symbolic link.
 * @throws LastcallError `LASTCALL_CONTROL_SOCKET`
 */
export function prepareFolder(path: string, user: number = ownUser()): void {
  const folder = dirname(path)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    const problem = `its folder cannot be created (${(error as Error).message})`
    throw controlError(path, `${problem}; choose another with --control`, error)
  }
  const stranger = strangerOf(folder, user)
  if (stranger === undefined) return
  throw controlError(path, `its folder belongs to the user ${stranger}; choose another with --control`)
}

/** Who owns a file, or the link to it, if that is neither this user nor root. */
export function strangerOf(path: string, user: number = ownUser()): number | undefined {
  const owners = [lstatSync(path).uid, statSync(path).uid]
  return owners.find((owner) => owner !== user && owner !== ROOT)
}
