import { isShuttingDown, type State } from './state.ts'

/** What a probe endpoint answers because of the state, before any checks run. */
export interface Verdict {
  readonly ok: boolean
  /** Short reason for the body. */
  readonly reason: string
}

const passed = (reason: string): Verdict => ({ ok: true, reason })
const failed = (reason: string): Verdict => ({ ok: false, reason })

/**
 * Readiness: whether clients should send new requests. Stays green in the shutdown until
 * `readinessFailDelayMs` is over.
 */
export function readiness(state: State): Verdict {
  switch (state.name) {
    case 'starting':
      return failed(state.heldBy === null ? 'starting' : `starting: ${state.heldBy}`)
    case 'ready':
      return passed('ready')
    case 'unready':
      return failed(`unready: ${state.reason}`)
    case 'delaying':
    case 'draining':
    case 'stopping':
    case 'stopped':
      return { ok: !state.shutdown.readinessFailing, reason: `shutting down: ${state.name}` }
  }
}

/**
 * Liveness: whether a restart would help. A process that finishes its work is alive, unless the user has
 * decided otherwise.
 */
export function liveness(state: State, failsOnShutdown: boolean): Verdict {
  return isShuttingDown(state.name) && failsOnShutdown
    ? failed(`shutting down: ${state.name}`)
    : passed(state.name)
}

/** Start-up: whether the start is over, so that the other probes mean something. */
export function startup(state: State): Verdict {
  return state.name === 'starting' ? failed(readiness(state).reason) : passed('started')
}
