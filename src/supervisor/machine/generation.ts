import { change, type Draft, emit, findGeneration, mark } from './draft.ts'
import type { Timer } from './effect.ts'
import { exitCodeOf } from './exit-code.ts'
import type { Exit, Generation } from './state.ts'

const ready = (generation: number): Timer => ({ name: 'ready', generation })
const hammer = (generation: number): Timer => ({ name: 'hammer', generation })
const kill = (generation: number): Timer => ({ name: 'kill', generation })

/** Whether its ready timer runs. */
export function isWaitedFor({ phase }: Generation): boolean {
  return phase === 'starting' || phase === 'accepting'
}

/**
 * Starts a process.
 * @returns the id of its generation
 */
export function spawn(draft: Draft): number {
  const { nextId: id, generations, settings } = draft.state
  const generation: Generation = {
    id,
    phase: 'starting',
    startedAt: draft.at,
    servingSince: null,
    force: 'none',
  }
  change(draft, { nextId: id + 1, generations: [...generations, generation] })
  emit(
    draft,
    { type: 'startTimer', timer: ready(id), ms: settings.readyTimeoutMs },
    { type: 'spawn', generation: id },
  )
  return id
}

/** The generation is ready: it is not waited for any more. */
export function stopReadyTimer(draft: Draft, id: number): void {
  emit(draft, { type: 'stopTimer', timer: ready(id) })
}

/** Tells a ready generation to accept. It gets the ready time-out once more, to listen. */
export function accept(draft: Draft, id: number): void {
  mark(draft, id, { phase: 'accepting' })
  emit(
    draft,
    { type: 'startTimer', timer: ready(id), ms: draft.state.settings.readyTimeoutMs },
    { type: 'accept', generation: id },
  )
}

/** Asks a generation to end, unless it has been asked. The hammer follows when it takes too long. */
export function end(draft: Draft, id: number | null, how: 'drain' | 'terminate'): void {
  const generation = findGeneration(draft, id)
  if (!generation || generation.phase === 'ending') return
  if (isWaitedFor(generation)) stopReadyTimer(draft, generation.id)
  mark(draft, generation.id, { phase: 'ending' })
  emit(
    draft,
    { type: 'startTimer', timer: hammer(generation.id), ms: draft.state.settings.hammerAfterMs },
    { type: how, generation: generation.id },
  )
}

/** Ends a generation that does not serve yet, at once. */
export function killNow(draft: Draft, id: number): void {
  stopReadyTimer(draft, id)
  mark(draft, id, { phase: 'ending', force: 'kill' })
  emit(draft, { type: 'kill', generation: id })
}

/** SIGTERM to a generation that is ending already; SIGKILL follows. */
export function hammerDown(draft: Draft, { id, phase, force }: Generation): void {
  if (phase !== 'ending' || force !== 'none') return
  mark(draft, id, { force: 'hammer' })
  emit(
    draft,
    { type: 'stopTimer', timer: hammer(id) },
    { type: 'startTimer', timer: kill(id), ms: draft.state.settings.killAfterMs },
    { type: 'terminate', generation: id },
  )
}

/** The hammer was not enough. */
export function killHammered(draft: Draft, { id, force }: Generation): void {
  if (force !== 'hammer') return
  mark(draft, id, { force: 'kill' })
  emit(draft, { type: 'kill', generation: id })
}

/** Forgets a generation that has exited, except for its exit. */
export function remove(draft: Draft, generation: Generation, exit: Exit): void {
  const { id, phase, servingSince } = generation
  const { name, generations, lastExit, exitCode } = draft.state
  const served = servingSince !== null
  change(draft, { generations: generations.filter((other) => other.id !== id) })
  if (served || lastExit?.served !== true) change(draft, { lastExit: { ...exit, served } })
  if (name === 'stopping' && served) change(draft, { exitCode: Math.max(exitCode ?? 0, exitCodeOf(exit)) })
  if (isWaitedFor(generation)) stopReadyTimer(draft, id)
  if (phase === 'ending') {
    emit(draft, { type: 'stopTimer', timer: hammer(id) }, { type: 'stopTimer', timer: kill(id) })
  }
}
