import { isShuttingDown } from '../../core/state.ts'
import type { Lifecycle } from '../../node/types.ts'
import type { TerminusState } from './types.ts'

/** The state that health checks are told: it follows the lifecycle, and nobody can write to it. */
export function stateOf(lifecycle: Lifecycle): TerminusState {
  return Object.freeze({
    get isShuttingDown() {
      return isShuttingDown(lifecycle.state)
    },
  })
}
