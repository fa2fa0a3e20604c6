import { Command } from 'commander'
import { addControlFlags, askSupervisorOf, showAnswer } from '../control-command.ts'
import type { RawFlags } from '../flag-reader.ts'
import type { CliIo } from '../io.ts'

/** `lastcall hammer`: ends at once what a supervisor has already told to end. */
export function createHammerCommand(io: CliIo, onExitCode: (code: number) => void): Command {
  const command = new Command('hammer').description(
    'End at once the processes of a running lastcall run that are ending; those that serve go on',
  )
  return addControlFlags(command, [['lastcall hammer', 'SIGTERM, and SIGKILL a second later']]).action(
    async (raw: RawFlags) =>
      onExitCode(showAnswer(await askSupervisorOf(raw, { command: 'hammer' }, io), raw, io)),
  )
}
