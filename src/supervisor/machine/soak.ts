import { change, type Draft, emit, findGeneration, mark } from './draft.ts'
import { end } from './generation.ts'
import { serve } from './serve.ts'
import { recordFailure, settleRequest } from './settle.ts'

/** The current generation has lasted: it counts as good, and the one before it is not needed any more. */
export function soakElapsed(draft: Draft): void {
  const { name, current, previous, crashes } = draft.state
  if (name === 'serving' && crashes > 0) change(draft, { crashes: 0 })
  if (name !== 'soaking' || current === null) return
  end(draft, previous, 'drain')
  change(draft, { previous: null, crashes: 0 })
  settleRequest(draft, { outcome: 'completed', generation: current })
  serve(draft)
}

/**
 * The one before accepts again, and the new one ends. In this order: connections wait in the queue of the
 * socket for a moment, and none meets a generation that has failed.
 * @param why a sentence
 */
export function rollBack(draft: Draft, previous: number, why: string): void {
  const failed = findGeneration(draft, draft.state.current)
  emit(draft, { type: 'stopTimer', timer: { name: 'soak' } })
  if (failed) emit(draft, { type: 'pause', generation: failed.id })
  mark(draft, previous, { phase: 'serving' })
  emit(draft, { type: 'resume', generation: previous })
  if (failed) end(draft, failed.id, 'drain')
  const detail = `rolled back to generation ${previous}: ${why}`
  recordFailure(draft, { kind: 'rolled-back', generation: draft.state.current, detail })
  change(draft, { current: previous, previous: null })
  settleRequest(draft, { outcome: 'rolled-back', detail })
  serve(draft)
}

/** A generation that passed its checks does so no longer. Only the soak draws a conclusion from it. */
export function currentUnready(draft: Draft, id: number, reason: string): void {
  const { name, previous } = draft.state
  if (name !== 'soaking' || previous === null) return
  rollBack(draft, previous, `generation ${id} turned unready: ${reason}`)
}
