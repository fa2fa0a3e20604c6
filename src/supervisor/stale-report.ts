import { closeSync, constants, ftruncateSync, openSync } from 'node:fs'
import { DEFAULT_TERMINATION_LOG } from '../core/defaults.ts'
import { variable } from '../core/option-names.ts'
import type { SupervisorEvent } from './machine/event.ts'
import type { State } from './machine/state.ts'

/**
 * A generation that ends leaves its report as the termination message. Only that of the last one is true when
 * the container ends: the message of a generation that was replaced is emptied.
 */
export function dropStaleReport(
  env: Readonly<Record<string, string | undefined>>,
  event: SupervisorEvent,
  state: State,
): void {
  if (event.type !== 'exited' || state.name === 'stopping' || state.name === 'stopped') return
  const path = variable(env, 'LASTCALL_TERMINATION_LOG') ?? DEFAULT_TERMINATION_LOG
  if (path !== 'false') empty(path)
}

/** A file that is not there stays away, as for the report itself. */
function empty(path: string): void {
  try {
    const file = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
    try {
      ftruncateSync(file)
    } finally {
      closeSync(file)
    }
  } catch {
    // Outside of a container there is no such file.
  }
}
