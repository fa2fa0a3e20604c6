import { Command } from 'commander'
import { addControlFlags, askSupervisorOf, showAnswer } from '../control-command.ts'
import type { RawFlags } from '../flag-reader.ts'
import type { CliIo } from '../io.ts'

/** `lastcall stop`: ends a supervisor and everything that it runs, and waits for that. */
export function createStopCommand(io: CliIo, onExitCode: (code: number) => void): Command {
  const command = new Command('stop').description(
    'Stop a running lastcall run as SIGTERM does, and wait until everything has ended',
  )
  return addControlFlags(command, [['lastcall stop', 'finish what is in flight, then end']]).action(
    async (raw: RawFlags) =>
      onExitCode(showAnswer(await askSupervisorOf(raw, { command: 'stop' }, io), raw, io)),
  )
}
