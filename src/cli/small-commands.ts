import type { Command } from 'commander'
import { createHammerCommand } from './commands/hammer.ts'
import { createRestartCommand } from './commands/restart.ts'
import { createRunCommand } from './commands/run.ts'
import { createStatusCommand } from './commands/status.ts'
import { createStopCommand } from './commands/stop.ts'
import type { CliIo } from './io.ts'

/** The supervisor, which stays for as long as its program, and the commands that ask it. */
export function createSmallCommands(io: CliIo, onExitCode: (code: number) => void): readonly Command[] {
  return [
    createRunCommand(io, onExitCode),
    createRestartCommand(io, onExitCode),
    createStatusCommand(io, onExitCode),
    createStopCommand(io, onExitCode),
    createHammerCommand(io, onExitCode),
  ]
}
