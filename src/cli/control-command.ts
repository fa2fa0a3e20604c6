import type { Command } from 'commander'
import { LastcallError } from '../core/errors.ts'
import { plainText } from '../core/plain-text.ts'
import type { ControlAnswer, ControlCommand } from '../core/supervisor-status.ts'
import { askAtPath } from '../supervisor/control/ask-at-path.ts'
import { findSupervisor } from '../supervisor/control/find-supervisor.ts'
import { createFlagReader, type RawFlags } from './flag-reader.ts'
import { addHelp, type Example } from './help.ts'
import type { CliIo } from './io.ts'
import { refuseWindows } from './refuse-windows.ts'

const MAX_PID = 2 ** 31 - 1

/** Adds the flags and exit codes of the commands that ask a supervisor. */
export function addControlFlags(command: Command, examples: readonly Example[]): Command {
  return addHelp(command, 'control', examples)
    .option('--control <path>', 'its control socket (default: LASTCALL_CONTROL, else the only one there is)')
    .option('--pid <n>', 'its process id, instead of --control')
    .option('--json', 'print the answer as JSON')
}

/**
 * Asks the supervisor that the flags name.
 * @throws LastcallError `LASTCALL_USAGE`, or `LASTCALL_CONTROL_SOCKET` without a supervisor that answers
 */
export async function askSupervisorOf(
  raw: RawFlags,
  command: ControlCommand,
  io: CliIo,
): Promise<ControlAnswer> {
  refuseWindows(`lastcall ${command.command}`)
  const reader = createFlagReader(raw)
  const pid = reader.has('pid') ? reader.integer('pid', 0, [1, MAX_PID]) : undefined
  const control = reader.has('control') ? reader.text('control', '') : undefined
  if (control === '') reader.problems.push('--control: the path is empty; name one, or leave it out')
  if (pid !== undefined && control !== undefined)
    reader.problems.push('--pid and --control both name a supervisor; leave one of them out')
  if (reader.problems.length > 0) throw new LastcallError('LASTCALL_USAGE', reader.problems)
  return askAtPath(await findSupervisor({ control, pid, env: io.env, cwd: io.cwd }), command)
}

/** Prints an answer without a document. Returns the exit code: 1 when the supervisor did not do it. */
export function showAnswer(answer: ControlAnswer, raw: RawFlags, io: CliIo): number {
  const text = plainText(answer.detail ?? 'Done')
  if (raw['json'] === true) io.stdout.write(`${JSON.stringify(answer)}\n`)
  else if (answer.ok) io.stdout.write(`${text}\n`)
  else io.stderr.write(`${answer.outcome}: ${text}\n`)
  return answer.ok ? 0 : 1
}
