import { isShuttingDown } from '../../core/state.ts'
import type { Lifecycle } from '../../node/types.ts'
import type { TerminusState } from './types.ts'

/** The state that health checks get. It follows the lifecycle and is read-only. */
export function stateOf(lifecycle: Lifecycle): TerminusState {
  return Object.freeze({
    get isShuttingDown() {
      return isShuttingDown(lifecycle.state)
    },
  })
}
