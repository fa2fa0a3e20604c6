import { markedProcesses } from '../../src/process/marked-processes.ts'
import type { Supervised } from './supervised.ts'

/** Processes of a supervisor: itself, and everything that it or its generations have started. */
export function processesOf({ folder }: Supervised): readonly number[] {
  return markedProcesses(`RELEASE=${folder}/release.json`)
}
