import { change, type Draft, emit, findGeneration } from './draft.ts'
import { killNow, spawn } from './generation.ts'
import { enqueue, supersede } from './settle.ts'
import { dismissStandby, keepStandby } from './standby.ts'
import type { Request } from './state.ts'

/** Starts a generation while nobody serves: the first one, or the next one after a crash. */
export function start(draft: Draft, request: Request | null): void {
  dismissStandby(draft)
  change(draft, { name: 'starting', next: spawn(draft), request })
}

/** A restart is asked for while nobody serves yet. */
export function restartWhileStarting(draft: Draft, request: Request): void {
  const { next, request: earlier } = draft.state
  const candidate = findGeneration(draft, next)
  if (!candidate || candidate.phase === 'ending') {
    // The candidate of the earlier request has not been started yet, so it will be that of both.
    supersede(draft, earlier, request)
    change(draft, { request })
  } else if (candidate.phase === 'accepting' || earlier !== null) {
    // A stream of requests must not kill one candidate after the other, or nobody would ever serve.
    enqueue(draft, request)
  } else {
    killNow(draft, candidate.id)
    change(draft, { request })
  }
}

/** The time between two attempts is over. */
export function backOffElapsed(draft: Draft): void {
  const { name, standby } = draft.state
  if (name === 'serving') return keepStandby(draft)
  if (name !== 'waiting') return
  if (standby === null) return start(draft, null)
  // It was started before the crash, and is further than a new one would be.
  change(draft, { name: 'starting', next: standby, standby: null })
}

/** Skips the rest of the back-off. */
export function startNow(draft: Draft, request: Request): void {
  emit(draft, { type: 'stopTimer', timer: { name: 'backOff' } })
  start(draft, request)
}
