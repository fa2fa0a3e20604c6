import { Command } from 'commander'
import { addControlFlags, askSupervisorOf, showAnswer } from '../control-command.ts'
import type { RawFlags } from '../flag-reader.ts'
import type { Example } from '../help.ts'
import type { CliIo } from '../io.ts'

const examples: readonly Example[] = [
  ['lastcall restart', 'the only supervisor of this user'],
  ['lastcall restart --control /run/shop/control.sock --reason deploy', 'one of several'],
]

const DEFAULT_REASON = 'lastcall restart'

/** `lastcall restart`: starts the next generation, and waits until it is known what came of it. */
export function createRestartCommand(io: CliIo, onExitCode: (code: number) => void): Command {
  const command = new Command('restart').description(
    'Replace the process of a running lastcall run, and say how that ended',
  )
  return addControlFlags(command, examples)
    .option('--reason <text>', `why, for its log (default: ${DEFAULT_REASON})`)
    .action(async (raw: RawFlags) => onExitCode(await restart(raw, io)))
}

async function restart(raw: RawFlags, io: CliIo): Promise<number> {
  const given = raw['reason']
  const reason = typeof given === 'string' && given !== '' ? given : DEFAULT_REASON
  return showAnswer(await askSupervisorOf(raw, { command: 'restart', reason }, io), raw, io)
}
