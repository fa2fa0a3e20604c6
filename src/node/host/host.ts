import { type Clock, realClock } from './clock.ts'
import { defaultPolicy, type HostPolicy } from './policy.ts'
import { type HostProcess, realProcess } from './process.ts'

/** Everything that a lifecycle needs from its environment. */
export interface Host {
  readonly process: HostProcess
  readonly clock: Clock
  readonly policy: HostPolicy
}

/** The host of real programs. */
export function realHost(): Host {
  return { process: realProcess(), clock: realClock, policy: defaultPolicy }
}
