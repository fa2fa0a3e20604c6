import { change, type Draft, emit } from './draft.ts'
import type { RestartResult } from './effect.ts'
import type { Failure, Request, State } from './state.ts'

const counters: Readonly<Record<RestartResult['outcome'], keyof State['restarts'] | null>> = {
  completed: 'completed',
  failed: 'failed',
  'rolled-back': 'rolledBack',
  superseded: null,
  stopped: null,
}

/** Ends the restart in progress, if there is one, and counts it. */
export function settleRequest(draft: Draft, result: RestartResult): void {
  const { request, restarts } = draft.state
  if (request === null) return
  const counter = counters[result.outcome]
  change(draft, { request: null })
  if (counter !== null) change(draft, { restarts: { ...restarts, [counter]: restarts[counter] + 1 } })
  emit(draft, { type: 'settle', request, result })
}

/** Lets a request wait until the restart in progress is over. The latest one wins. */
export function enqueue(draft: Draft, request: Request): void {
  supersede(draft, draft.state.queued, request)
  change(draft, { queued: request })
}

/** Answers a request whose place a later one takes. */
export function supersede(draft: Draft, request: Request | null, by: Request): void {
  if (request === null) return
  const detail = `a later restart took its place: ${by.reason}`
  emit(draft, { type: 'settle', request, result: { outcome: 'superseded', detail } })
}

/** Remembers what went wrong last. */
export function recordFailure(draft: Draft, failure: Omit<Failure, 'at'>): void {
  change(draft, { lastFailure: { ...failure, at: draft.at } })
}
