import { change, type Draft, emit } from './draft.ts'
import { spawn } from './generation.ts'
import { dismissStandby, keepStandby } from './standby.ts'
import type { Request } from './state.ts'

/** A generation serves, and no restart is in progress: goes on with what has waited for that. */
export function serve(draft: Draft): void {
  const { queued, crashes, settings } = draft.state
  change(draft, { name: 'serving' })
  if (queued !== null) {
    change(draft, { queued: null })
    return beginRestart(draft, queued)
  }
  if (crashes > 0) emit(draft, { type: 'startTimer', timer: { name: 'soak' }, ms: settings.soakMs })
  keepStandby(draft)
}

/** Begins a restart. The command of `--pre-start` may refuse it. */
export function beginRestart(draft: Draft, request: Request): void {
  change(draft, { request })
  if (!draft.state.settings.preStart) return replace(draft)
  change(draft, { name: 'checking' })
  emit(draft, { type: 'runPreStart', reason: request.reason })
}

/** Starts the candidate that is to replace the current generation. */
export function replace(draft: Draft): void {
  dismissStandby(draft)
  change(draft, { name: 'replacing', next: spawn(draft) })
}

/** Stops the timers that run in `serving` only. */
export function leaveServing(draft: Draft): void {
  emit(
    draft,
    { type: 'stopTimer', timer: { name: 'soak' } },
    { type: 'stopTimer', timer: { name: 'backOff' } },
  )
}
