import { formatDuration } from '../../core/duration.ts'
import { supervisionVariables } from '../../core/supervision.ts'
import { type ChildGroup, type ChildSpec, startChildGroup } from '../../process/child-group.ts'
import { uniqueName } from '../../process/unique-name.ts'
import { childEnvironment } from '../generation/child-environment.ts'
import { describeSpawnError, describeUnstartable } from '../generation/find-program.ts'

/** Variable with the reason of the restart, for the command. */
const RESTART_REASON = 'LASTCALL_RESTART_REASON'

/** How a command that may refuse a restart is run. */
export interface PreStartOptions {
  /** Absolute, with its symlinks, as for the generation itself. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly reason: string
  /** After this it is killed, and the restart refused. */
  readonly timeoutMs: number
  /** Kills it, for a supervisor that stops. Never, when left out. */
  readonly signal?: AbortSignal
}

/** So much of its output is in the sentence. */
const LAST_LINES = 5

/**
 * Runs a command before a restart. Only exit code 0 lets the restart begin.
 * @returns why the restart is refused, as a sentence about the command (`it …`); null when it may begin
 */
export async function runPreStart(
  command: readonly string[],
  options: PreStartOptions,
): Promise<string | null> {
  const { cwd, reason, timeoutMs, signal } = options
  const notRun = (why: string): string => `it cannot be run: ${why}`
  const unstartable = describeUnstartable(command, cwd, options.env['PATH'])
  if (unstartable !== null) return notRun(unstartable)
  const env = {
    ...childEnvironment(options.env),
    PWD: cwd,
    [RESTART_REASON]: reason,
    [supervisionVariables.mark]: uniqueName(),
  }
  const group = start(command, cwd, env)
  if (typeof group === 'string') return notRun(group)
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    group.kill()
  }, timeoutMs)
  const onAbort = (): void => group.kill()
  signal?.addEventListener('abort', onAbort)
  if (signal?.aborted === true) onAbort()
  const exit = await group.exited
  clearTimeout(timer)
  signal?.removeEventListener('abort', onAbort)
  if (exit.error) return notRun(describeSpawnError(exit.error, command))
  if (exit.code === 0) return null
  const how = timedOut
    ? `was killed after ${formatDuration(timeoutMs)}`
    : exit.signal === null
      ? `exited with code ${exit.code}`
      : `was ended by ${exit.signal}`
  const last = group.output().slice(-LAST_LINES).join(' | ')
  return `it ${how}${last === '' ? '' : `: ${last}`}`
}

/** Returns why it is not possible, as a sentence, where that is known at once. */
function start(command: readonly string[], cwd: string, env: ChildSpec['env']): ChildGroup | string {
  try {
    return startChildGroup({ command, cwd, env, mark: supervisionVariables.mark })
  } catch (error) {
    return describeSpawnError(error, command)
  }
}
