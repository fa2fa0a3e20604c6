import { candidateFailed } from './candidate.ts'
import { crash } from './crash.ts'
import { change, type Draft, emit } from './draft.ts'
import type { SupervisorEvent } from './event.ts'
import { end, remove } from './generation.ts'
import { describeExit } from './sentences.ts'
import { leaveServing } from './serve.ts'
import { enqueue, recordFailure, settleRequest } from './settle.ts'
import { rollBack } from './soak.ts'
import { standbyFailed } from './standby.ts'
import { start } from './start.ts'
import type { Exit, Failure, Generation } from './state.ts'
import { finishIfAllExited } from './stop.ts'

/** A process has ended, as it was told or not. */
export function generationExited(
  draft: Draft,
  generation: Generation,
  { exit, problem }: Extract<SupervisorEvent, { type: 'exited' }>,
): void {
  const { id } = generation
  remove(draft, generation, exit)
  if (generation.phase === 'ending') return endedAsTold(draft, id)
  const failure: Omit<Failure, 'at'> =
    problem === undefined
      ? { kind: 'exited', generation: id, detail: describeExit(generation, exit) }
      : { kind: 'spawn', generation: id, detail: `generation ${id} could not be started: ${problem}` }
  fail(draft, failure, exit)
}

/**
 * A generation shuts itself down. It takes no new connections, so its successor must not wait until it has
 * exited: that takes as long as its longest request.
 */
export function generationLeft(draft: Draft, { id, phase }: Generation, reason: string): void {
  if (phase === 'ending') return
  const { name, current, previous } = draft.state
  const detail = `generation ${id} shuts down, and lastcall has not told it to: ${reason}`
  // The old one accepts first, and then the new one is told to end.
  if (name === 'soaking' && id === current && previous !== null) return rollBack(draft, previous, detail)
  end(draft, id, 'drain')
  fail(draft, { kind: 'exited', generation: id, detail }, null)
}

/**
 * A generation is lost that nobody has told to end.
 * @param exit null when it has not exited yet
 */
function fail(draft: Draft, failure: Omit<Failure, 'at'>, exit: Exit | null): void {
  const { next, current, standby } = draft.state
  const id = failure.generation
  if (id === next) return candidateFailed(draft, failure, exit)
  if (id === standby) return standbyFailed(draft, failure)
  if (id === current) return currentFailed(draft, failure, exit)
  // The one that would have accepted again. The new one serves, and goes on without it.
  recordFailure(draft, failure)
  change(draft, { previous: null })
}

function endedAsTold(draft: Draft, id: number): void {
  const { name, next, request } = draft.state
  if (name === 'stopping') finishIfAllExited(draft)
  // It was killed for a restart, and has made room for the new code.
  else if (id === next) start(draft, request)
}

function currentFailed(draft: Draft, failure: Omit<Failure, 'at'>, exit: Exit | null): void {
  const { name, previous, request, queued, crashes } = draft.state
  if (name === 'soaking' && previous !== null) return rollBack(draft, previous, failure.detail)
  recordFailure(draft, failure)
  // The candidate is the fastest way out.
  if (name === 'replacing') return change(draft, { current: null, crashes: crashes + 1 })
  if (name === 'serving') leaveServing(draft)
  if (name === 'soaking') {
    emit(draft, { type: 'stopTimer', timer: { name: 'soak' } })
    settleRequest(draft, { outcome: 'failed', detail: failure.detail })
  }
  if (name === 'checking' && request !== null) {
    // Nobody waits for the check: somebody must serve first.
    change(draft, { request: null, queued: request })
    if (queued !== null) enqueue(draft, queued)
  }
  crash(draft, exit)
}
