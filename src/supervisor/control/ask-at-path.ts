import type { ControlAnswer, ControlCommand } from '../../core/supervisor-status.ts'
import { askSupervisor } from '../../process/control-client.ts'
import { controlError } from './control-error.ts'
import { checkPathLength, ownUser, strangerOf } from './control-path.ts'

/** How long an answer may take that needs no waiting: generations get half a second of it. */
const ANSWER_MS = 5_000

/**
 * Sends a command to the supervisor at a control socket. `restart` and `stop` take as long as they take;
 * other answers have to come within 5 s.
 * @returns its answer; `gone` when the supervisor went away without one
 * @throws LastcallError `LASTCALL_CONTROL_SOCKET` when no supervisor answers there
 */
export async function askAtPath(
  path: string,
  command: ControlCommand,
  timeoutMs: number = ANSWER_MS,
): Promise<ControlAnswer> {
  checkPathLength(path)
  checkOwner(path)
  const waits = command.command === 'restart' || command.command === 'stop'
  try {
    return await askSupervisor(path, command, waits ? undefined : AbortSignal.timeout(timeoutMs))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === undefined || code === 'ECONNRESET' || code === 'EPIPE')
      return { ok: false, outcome: 'gone', detail: message }
    const problem = code === 'ABORT_ERR' ? `no answer within ${timeoutMs} ms` : message
    throw controlError(path, `no supervisor answers there (${problem})`, error)
  }
}

/** Root may ask the supervisor of anybody. */
function checkOwner(path: string): void {
  let stranger: number | undefined
  try {
    stranger = strangerOf(path)
  } catch (error) {
    throw controlError(path, `no supervisor has this control socket (${(error as Error).message})`, error)
  }
  if (stranger !== undefined && ownUser() !== 0)
    throw controlError(path, `it belongs to the user ${stranger}; ask as this user, or as root`)
}
