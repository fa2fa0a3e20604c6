import { crash } from './crash.ts'
import { change, type Draft, emit, mark } from './draft.ts'
import { accept, end, isWaitedFor, killNow, stopReadyTimer } from './generation.ts'
import { describeTimeout } from './sentences.ts'
import { serve } from './serve.ts'
import { recordFailure, settleRequest } from './settle.ts'
import { promoteStandby, standbyFailed } from './standby.ts'
import type { Exit, Failure, Generation } from './state.ts'

/** A generation is ready: the candidate accepts, and the warm one waits unless nobody serves. */
export function generationReady(draft: Draft, { id, phase }: Generation): void {
  const { name, next } = draft.state
  if (phase !== 'starting') return
  stopReadyTimer(draft, id)
  if (id === next) return accept(draft, id)
  if (name !== 'waiting') return mark(draft, id, { phase: 'standby' })
  emit(draft, { type: 'stopTimer', timer: { name: 'backOff' } })
  promoteStandby(draft, id)
}

/** The candidate listens. The old one, if it lives, stops accepting, and is kept until the soak is over. */
export function candidateAccepted(draft: Draft, { id, phase }: Generation): void {
  const { name, current, settings } = draft.state
  if (phase !== 'accepting') return
  stopReadyTimer(draft, id)
  mark(draft, id, { phase: 'serving', servingSince: draft.at })
  change(draft, { current: id, next: null })
  if (name === 'starting') {
    settleRequest(draft, { outcome: 'completed', generation: id })
    return serve(draft)
  }
  change(draft, { name: 'soaking', previous: current })
  if (current !== null) {
    mark(draft, current, { phase: 'paused' })
    emit(draft, { type: 'pause', generation: current })
  }
  emit(draft, { type: 'startTimer', timer: { name: 'soak' }, ms: settings.soakMs })
}

/**
 * A candidate turns unready between the order to accept and its answer. The soak would not notice: nothing
 * tells of it again. With nobody else to serve it goes on.
 */
export function candidateUnready(draft: Draft, { id, phase }: Generation, reason: string): void {
  const { name, current } = draft.state
  if (name !== 'replacing' || current === null || phase !== 'accepting') return
  // It may listen already, and have connections.
  emit(draft, { type: 'pause', generation: id })
  end(draft, id, 'drain')
  const detail = `generation ${id} turned unready before it served: ${reason}`
  candidateFailed(draft, { kind: 'unready', generation: id, detail }, null)
}

/** A generation is not ready in time, or does not listen in time. */
export function generationTimedOut(draft: Draft, generation: Generation): void {
  if (!isWaitedFor(generation)) return
  const { id } = generation
  killNow(draft, id)
  const detail = describeTimeout(generation, draft.state.settings)
  const failure = { kind: 'not-ready', generation: id, detail } as const
  if (id === draft.state.standby) standbyFailed(draft, failure)
  else candidateFailed(draft, failure, null)
}

/**
 * There is no candidate any more. The generation that served before goes on.
 * @param exit null when it has not exited yet
 */
export function candidateFailed(draft: Draft, failure: Omit<Failure, 'at'>, exit: Exit | null): void {
  recordFailure(draft, failure)
  settleRequest(draft, { outcome: 'failed', detail: failure.detail })
  change(draft, { next: null })
  if (draft.state.current === null) crash(draft, exit)
  else serve(draft)
}
