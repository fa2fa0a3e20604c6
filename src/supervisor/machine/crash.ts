import { change, type Draft, emit } from './draft.ts'
import { exitCodeOf } from './exit-code.ts'
import { hasWarmStandby, promoteStandby } from './standby.ts'
import { start } from './start.ts'
import type { Exit, Settings } from './state.ts'
import { stop } from './stop.ts'

/**
 * Nobody serves, and no candidate is under way. The socket queues until the next generation accepts.
 * @param exit of the last one that was to serve; null when it was killed and has not exited yet
 */
export function crash(draft: Draft, exit: Exit | null): void {
  const { settings, standby, queued } = draft.state
  const crashes = draft.state.crashes + 1
  change(draft, { crashes, current: null, next: null, previous: null })
  if (crashes > settings.crashLimit) {
    const exitCode = exit === null ? null : exitCodeOf(exit)
    return stop(draft, `the supervisor ends after ${crashes} crashes in a row`, exitCode)
  }
  if (standby !== null && hasWarmStandby(draft)) return promoteStandby(draft, standby)
  if (queued !== null) {
    change(draft, { queued: null })
    return start(draft, queued)
  }
  change(draft, { name: 'waiting' })
  emit(draft, { type: 'startTimer', timer: { name: 'backOff' }, ms: backOffMs(settings, crashes) })
}

function backOffMs({ backOff: { firstMs, maxMs } }: Settings, crashes: number): number {
  return Math.min(firstMs * 2 ** Math.min(crashes - 1, 30), maxMs)
}
