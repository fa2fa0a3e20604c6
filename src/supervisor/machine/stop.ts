import { change, type Draft, emit } from './draft.ts'
import { exitCodeOf } from './exit-code.ts'
import { end, hammerDown } from './generation.ts'
import { settleRequest } from './settle.ts'
import type { Request } from './state.ts'

/** Someone asks the supervisor to end. Asked again, it hammers. */
export function requestStop(draft: Draft, reason: string): void {
  const { name } = draft.state
  if (name === 'stopping') hammerEnding(draft)
  else if (name !== 'stopped') stop(draft, `the supervisor is stopping: ${reason}`, null)
}

/**
 * Ends every generation. Those that are ending already are left alone: a second SIGTERM would force their
 * exit.
 * @param exitCode the least exit code of the supervisor; null when only those decide that end now
 */
export function stop(draft: Draft, detail: string, exitCode: number | null): void {
  const { queued, generations } = draft.state
  settleRequest(draft, { outcome: 'stopped', detail })
  if (queued !== null) refuse(draft, queued, detail)
  emit(
    draft,
    { type: 'stopTimer', timer: { name: 'soak' } },
    { type: 'stopTimer', timer: { name: 'backOff' } },
  )
  for (const { id } of generations) end(draft, id, 'terminate')
  const nobody = { current: null, next: null, previous: null, standby: null }
  change(draft, { name: 'stopping', queued: null, exitCode, ...nobody })
  finishIfAllExited(draft)
}

/** Answers a restart that will not take place. */
export function refuse(draft: Draft, request: Request, detail: string): void {
  emit(draft, { type: 'settle', request, result: { outcome: 'stopped', detail } })
}

/** Ends what is ending, and nothing else. */
export function hammerEnding(draft: Draft): void {
  for (const generation of draft.state.generations) hammerDown(draft, generation)
}

/**
 * The end, when the last generation has exited. The exit code is the highest one of the generations that had
 * served and ended in the stop, so that it is 0 only when all were clean. When there were none, such as in a
 * back-off, it is that of the last one that had served; and of the last one of all when none ever has.
 */
export function finishIfAllExited(draft: Draft): void {
  const { generations, lastExit } = draft.state
  if (generations.length > 0) return
  const exitCode = draft.state.exitCode ?? (lastExit === null ? 0 : exitCodeOf(lastExit))
  change(draft, { name: 'stopped', exitCode })
  emit(draft, { type: 'finish', exitCode })
}
