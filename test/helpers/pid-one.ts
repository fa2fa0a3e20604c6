import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Child } from './child.ts'

/**
 * What makes a program the first process of a PID namespace, as in a container: the kernel gives that one no default action for signals
 * (pid_namespaces(7)).
 */
export const pidOneCommand: readonly string[] = ['unshare', '-pf', '--mount-proc', '--kill-child']

const works = spawnSync(pidOneCommand[0]!, [...pidOneCommand.slice(1), 'true']).status === 0

/** Why tests with {@link pidOneCommand} cannot run here; false when they can. */
export const skipPidOne: string | false = works
  ? false
  : 'unshare cannot make a PID namespace here (it is Linux only and wants the right to)'

/** The process in the namespace as it is called from outside. */
export function innerPid(child: Child): number {
  const { pid } = child.process
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim())
}
