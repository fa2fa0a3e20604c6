import type { Draft } from './draft.ts'
import { beginRestart, leaveServing, replace, serve } from './serve.ts'
import { enqueue, recordFailure, settleRequest } from './settle.ts'
import { restartWhileStarting, startNow } from './start.ts'
import type { Request } from './state.ts'
import { refuse } from './stop.ts'

/** A restart is asked for. There is one at a time. */
export function requestRestart(draft: Draft, request: Request): void {
  switch (draft.state.name) {
    case 'starting':
      return restartWhileStarting(draft, request)
    case 'waiting':
      return startNow(draft, request)
    case 'serving':
      leaveServing(draft)
      return beginRestart(draft, request)
    case 'checking':
    case 'replacing':
    case 'soaking':
      return enqueue(draft, request)
    case 'stopping':
    case 'stopped':
      return refuse(draft, request, 'the supervisor is stopping')
  }
}

/**
 * The command of `--pre-start` has ended.
 * @param problem why it refuses the restart; null when it does not
 */
export function preStartFinished(draft: Draft, problem: string | null): void {
  if (draft.state.name !== 'checking') return
  if (problem === null) return replace(draft)
  const detail = `the pre-start command refused the restart: ${problem}`
  recordFailure(draft, { kind: 'pre-start', generation: null, detail })
  settleRequest(draft, { outcome: 'failed', detail })
  serve(draft)
}
