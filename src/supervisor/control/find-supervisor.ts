import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { LastcallError } from '../../core/errors.ts'
import { plainText } from '../../core/plain-text.ts'
import { supervisionVariables } from '../../core/supervision.ts'
import { askAtPath } from './ask-at-path.ts'
import { controlFolders, strangerOf } from './control-path.ts'
import { isAnswered } from './listen-on-path.ts'

/** Which supervisor is meant, and where it may be. */
export interface Wanted {
  /** Path of `--control`. */
  readonly control?: string | undefined
  /** Process id of `--pid`. */
  readonly pid?: number | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

/**
 * Finds the control socket of a supervisor: the one that is named, else the only one of this user that runs.
 * @param folders in which supervisors have their sockets
 * @throws LastcallError `LASTCALL_CONTROL_SOCKET` when there is none, or more than one
 */
export async function findSupervisor(
  { control, pid, env, cwd }: Wanted,
  folders: readonly string[] = controlFolders(env),
): Promise<string> {
  const named = control ?? (pid === undefined ? given(env) : undefined)
  if (named !== undefined) return resolve(cwd, named)
  if (pid !== undefined) return pathOf(pid, folders)
  const alive = await keepAnswered(folders.flatMap(socketsIn))
  const [only, ...others] = alive
  if (only !== undefined && others.length === 0) return only
  const choose = 'choose with --control PATH or --pid N'
  const problems =
    only === undefined
      ? [`no supervisor of this user runs in ${folders.join(', ')}; ${choose}`]
      : [`several supervisors run; ${choose}`, ...(await Promise.all(alive.map(describe)))]
  throw new LastcallError('LASTCALL_CONTROL_SOCKET', problems)
}

/** `none` is for `lastcall run`. */
function given(env: Wanted['env']): string | undefined {
  const path = env[supervisionVariables.control]
  return path === '' || path === 'none' ? undefined : path
}

function pathOf(pid: number, folders: readonly string[]): string {
  const paths = folders.map((folder) => join(folder, `${pid}.sock`))
  const found = paths.find((path) => existsSync(path))
  if (found !== undefined) return found
  const problem = `--pid: the process ${pid} has none of ${paths.join(', ')}; name its socket with --control`
  throw new LastcallError('LASTCALL_CONTROL_SOCKET', [problem])
}

/** Another user could have created a folder in a shared one, to be asked instead of our supervisor. */
function socketsIn(folder: string): readonly string[] {
  try {
    if (strangerOf(folder) !== undefined) return []
    const names = readdirSync(folder).filter((name) => name.endsWith('.sock'))
    return names.toSorted().map((name) => join(folder, name))
  } catch {
    return []
  }
}

async function keepAnswered(paths: readonly string[]): Promise<readonly string[]> {
  const answered = await Promise.all(paths.map(isAnswered))
  return paths.filter((_, index) => answered[index])
}

/** One that does not answer is listed by its path alone. */
async function describe(path: string): Promise<string> {
  const answer = await askAtPath(path, { command: 'status' }).catch(() => undefined)
  if (!answer?.ok || !answer.status) return `--control ${path}`
  const { pid, command } = answer.status
  return `--control ${path} (pid ${pid}): ${plainText(command.join(' '))}`
}
