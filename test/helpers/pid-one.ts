import { readFileSync } from 'node:fs'
import type { Child } from './child.ts'
import { needs } from './needs.ts'

export { pidOneCommand } from './needs.ts'

/** Why tests with `pidOneCommand` cannot run here; false when they can. */
export const skipPidOne: string | false = needs('a PID namespace').skip

/** The process in the namespace as it is called from outside. */
export function innerPid(child: Child): number {
  const { pid } = child.process
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim())
}
