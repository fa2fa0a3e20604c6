import { isShuttingDown, type State } from './state.ts'

/** What a probe endpoint answers on behalf of the state alone, before any checks. */
export interface Verdict {
  readonly ok: boolean
  /** For the body: why, in a few words. */
  readonly reason: string
}

const passed = (reason: string): Verdict => ({ ok: true, reason })
const failed = (reason: string): Verdict => ({ ok: false, reason })

/** Readiness: whether new traffic is wanted. Stays green in the shutdown until its own delay is over. */
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
 * Liveness: whether a restart would help. A process that is finishing its work is alive, unless the user
 * decided otherwise.
 */
export function liveness(state: State, failsOnShutdown: boolean): Verdict {
  return isShuttingDown(state.name) && failsOnShutdown
    ? failed(`shutting down: ${state.name}`)
    : passed(state.name)
}

/** Start-up: whether the process has got so far that the other probes mean something. */
export function startup(state: State): Verdict {
  return state.name === 'starting' ? failed(readiness(state).reason) : passed('started')
}
