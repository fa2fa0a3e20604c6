import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { isExecutable } from './executable.ts'

/** Of execvp(3), without a PATH. */
const DEFAULT_PATH = '/bin:/usr/bin'
/** `#!` line of a script: what the kernel reads of it (BINPRM_BUF_SIZE). */
const SHEBANG_BYTES = 256

/**
 * Why a command cannot be started, as a sentence with the remedy; null when it can. A shell between the
 * supervisor and the program would only exit with 126 or 127, which a program can do as well.
 * @param cwd absolute; resolved anew by each call, as it may lead through a symlink that a deploy switches
 * @param path PATH of the program to start
 */
export function describeUnstartable(
  command: readonly string[],
  cwd: string,
  path: string = DEFAULT_PATH,
): string | null {
  const [file = ''] = command
  if (file === '') return 'the command is empty'
  if (!isFolder(cwd)) {
    return `the working folder ${cwd} does not exist: was the release removed? Put it back`
  }
  const found = candidates(file, cwd, path)
  const usable = found.find(isExecutable)
  if (usable !== undefined) return describeInterpreter(usable)
  const forbidden = found.find((candidate) => existsSync(candidate))
  if (forbidden !== undefined) {
    return `${forbidden} is not executable (EACCES); use chmod +x, or start it with its interpreter`
  }
  return file.includes('/')
    ? `${found[0]} does not exist (ENOENT): was the release removed?`
    : `there is no ${file} in the PATH (ENOENT), which is ${path}`
}

/** Why a process could not be started although its program is there, as a sentence. */
export function describeSpawnError(error: unknown, command: readonly string[]): string {
  const { code = String(error) } = error as NodeJS.ErrnoException
  const [file = ''] = command
  return `${file} cannot be started (${code}): ${reasons[code] ?? 'the system refused it'}`
}

const manyProcesses =
  'there are too many processes, or too little memory; ' +
  'raise the limit (TasksMax= in a unit, ulimit -u, the limits of the pod)'

const reasons: Readonly<Record<string, string>> = {
  EMFILE: 'the supervisor has too many files open; raise the limit (LimitNOFILE= in a unit, ulimit -n)',
  ENFILE: 'the machine has too many files open (sysctl fs.file-max)',
  EAGAIN: manyProcesses,
  ENOMEM: manyProcesses,
  ENOSPC: manyProcesses,
  E2BIG: 'its arguments and environment are too long together',
  ENOENT: 'it, or the working folder, has just disappeared',
}

function candidates(file: string, cwd: string, path: string): readonly string[] {
  if (file.startsWith('/')) return [file]
  if (file.includes('/')) return [join(cwd, file)]
  return path
    .split(delimiter)
    .map((folder) => join(folder.startsWith('/') ? folder : join(cwd, folder), file))
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

/** A script whose interpreter is missing fails as if the script itself were. */
function describeInterpreter(path: string): string | null {
  const [, interpreter] = /^#!\s*(\/\S+)/.exec(firstBytes(path)) ?? []
  if (interpreter === undefined || isExecutable(interpreter)) return null
  return `${path} begins with #!${interpreter}, which does not exist or is not executable`
}

function firstBytes(path: string): string {
  try {
    const fd = openSync(path, 'r')
    const buffer = Buffer.alloc(SHEBANG_BYTES)
    const length = readSync(fd, buffer, 0, SHEBANG_BYTES, 0)
    closeSync(fd)
    return buffer.toString('latin1', 0, length)
  } catch {
    // A program may be executable and not readable.
    return ''
  }
}
