import { change, type Draft, emit, findGeneration } from './draft.ts'
import { accept, end, spawn } from './generation.ts'
import { recordFailure } from './settle.ts'
import type { Failure } from './state.ts'

/** Starts a warm generation if one is wanted and there is none. */
export function keepStandby(draft: Draft): void {
  const { settings, standby } = draft.state
  if (settings.standby && standby === null) change(draft, { standby: spawn(draft) })
}

/** Ends the warm generation. Its code is older than that of the restart that begins. */
export function dismissStandby(draft: Draft): void {
  end(draft, draft.state.standby, 'terminate')
  change(draft, { standby: null })
}

/** Whether a warm generation can take over at once. */
export function hasWarmStandby(draft: Draft): boolean {
  return findGeneration(draft, draft.state.standby)?.phase === 'standby'
}

/** The warm generation takes over from one that is no more. It is ready. */
export function promoteStandby(draft: Draft, id: number): void {
  change(draft, { name: 'starting', next: id, standby: null })
  accept(draft, id)
}

/** The warm generation is no more. A new one is tried after the longest back-off: nobody waits for it. */
export function standbyFailed(draft: Draft, failure: Omit<Failure, 'at'>): void {
  const { name, settings } = draft.state
  recordFailure(draft, failure)
  change(draft, { standby: null })
  if (name !== 'serving') return
  emit(draft, { type: 'startTimer', timer: { name: 'backOff' }, ms: settings.backOff.maxMs })
}
