import { Command } from 'commander'
import { createPalette } from '../../report/palette.ts'
import { renderSupervisorStatus } from '../../report/supervisor-status.ts'
import { addControlFlags, askSupervisorOf, showAnswer } from '../control-command.ts'
import type { RawFlags } from '../flag-reader.ts'
import type { Example } from '../help.ts'
import { type CliIo, isColoured } from '../io.ts'

const examples: readonly Example[] = [
  ['lastcall status', 'generations, restarts and the last failure'],
  ['lastcall status --json', 'for a program'],
]

/** `lastcall status`: shows what a supervisor runs. */
export function createStatusCommand(io: CliIo, onExitCode: (code: number) => void): Command {
  const command = new Command('status').description('Show the processes of a running lastcall run')
  return addControlFlags(command, examples)
    .option('--no-color', 'no colours, even on a terminal')
    .action(async (raw: RawFlags) => onExitCode(await status(raw, io)))
}

async function status(raw: RawFlags, io: CliIo): Promise<number> {
  const answer = await askSupervisorOf(raw, { command: 'status' }, io)
  if (!answer.ok || !answer.status) return showAnswer(answer, raw, io)
  const palette = createPalette(isColoured(io.stdout, io.env, raw['color'] !== false))
  const json = `${JSON.stringify(answer.status, undefined, 2)}\n`
  io.stdout.write(raw['json'] === true ? json : renderSupervisorStatus(answer.status, palette))
  return 0
}
