import type { Command } from 'commander'
import { createKubeCommand } from './commands/kube.ts'
import { createLoadCommand } from './commands/load.ts'
import { createRehearseCommand } from './commands/rehearse.ts'
import { createRolloutCommand } from './commands/rollout.ts'
import type { CliIo } from './io.ts'

export { applyConfig, takesConfig } from './config/apply-config.ts'

/** The commands that send load or change manifests. They load many packages. */
export function createLargeCommands(io: CliIo, onExitCode: (code: number) => void): readonly Command[] {
  return [
    createRehearseCommand(io, onExitCode),
    createRolloutCommand(io, onExitCode),
    createLoadCommand(io, onExitCode),
    createKubeCommand(io, onExitCode),
  ]
}
