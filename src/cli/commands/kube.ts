import { Command } from 'commander'
import type { CliIo } from '../io.ts'
import { createKubeCheckCommand } from './kube-check.ts'
import { createKubePatchCommand } from './kube-patch.ts'

/** `lastcall kube`: commands for manifests that need no cluster. */
export function createKubeCommand(io: CliIo, onExitCode: (code: number) => void): Command {
  return new Command('kube')
    .description("Change or check your own Kubernetes manifests, where you do not use lastcall's chart")
    .addCommand(createKubePatchCommand(io, onExitCode))
    .addCommand(createKubeCheckCommand(io, onExitCode))
}
