import { candidateAccepted, candidateUnready, generationReady, generationTimedOut } from './candidate.ts'
import { type Draft, findGeneration, type Transition } from './draft.ts'
import type { SupervisorEvent } from './event.ts'
import { generationExited, generationLeft } from './exited.ts'
import { hammerDown, killHammered } from './generation.ts'
import { preStartFinished, requestRestart } from './restart.ts'
import { currentUnready, soakElapsed } from './soak.ts'
import { backOffElapsed, start } from './start.ts'
import type { Generation, State } from './state.ts'
import { hammerEnding, requestStop } from './stop.ts'

//  started
//     |
//     v   accepted       restartRequested      preStartFinished        accepted: the old one pauses
//  [starting] --> [serving] --------> [checking] ---------> [replacing] ----------> [soaking]
//     |   ^        |  ^ ^ ^  it is refused |  the candidate fails |                     |
//     |   |        |  | | +----------------+                      |        soakElapsed: the old one drains
//     |   |        |  | +-----------------------------------------+        the new one fails: the old one
//     |   |        |  +-------------------------------------------------------- accepts again
//     v   |        v
//    [waiting] <---+  nobody is left to serve: connections wait in the queue of the socket
//
//  Every state above leads to [waiting] when nobody is left to serve: the generation has exited, or has begun
//  to shut itself down (left). A warm standby, or a restart that was queued, skips it. backOffElapsed, or a
//  restart that is asked for, leads back to [starting].
//  stopRequested, or more crashes in a row than the limit, lead from everywhere to [stopping]: every
//  generation is told to end, and hammered when it does not. The last exit leads to [stopped].

/**
 * The whole order of a supervisor as a pure function. An event without a meaning in the state (a late timer,
 * news of a generation that has exited) returns the same state object and no effects. Only a request for a
 * restart is always answered.
 */
export function transition(state: State, event: SupervisorEvent): Transition {
  const draft: Draft = { at: event.at, state, effects: [] }
  if ('generation' in event) {
    const generation = findGeneration(draft, event.generation)
    if (generation) applyToGeneration(draft, generation, event)
  } else {
    apply(draft, event)
  }
  return { state: draft.state, effects: draft.effects }
}

type GenerationEvent = Extract<SupervisorEvent, { generation: number }>

function apply(draft: Draft, event: Exclude<SupervisorEvent, GenerationEvent>): void {
  switch (event.type) {
    case 'started':
      if (draft.state.name === 'starting' && draft.state.nextId === 1) start(draft, draft.state.request)
      return
    case 'restartRequested':
      return requestRestart(draft, event.request)
    case 'preStartFinished':
      return preStartFinished(draft, event.problem)
    case 'soakElapsed':
      return soakElapsed(draft)
    case 'backOffElapsed':
      return backOffElapsed(draft)
    case 'stopRequested':
      return requestStop(draft, event.reason)
    case 'hammerRequested':
      return hammerEnding(draft)
  }
}

function applyToGeneration(draft: Draft, generation: Generation, event: GenerationEvent): void {
  switch (event.type) {
    case 'becameReady':
      return generationReady(draft, generation)
    case 'becameUnready':
      if (generation.id === draft.state.current) return currentUnready(draft, generation.id, event.reason)
      return candidateUnready(draft, generation, event.reason)
    case 'accepted':
      return candidateAccepted(draft, generation)
    case 'left':
      return generationLeft(draft, generation, event.reason)
    case 'exited':
      return generationExited(draft, generation, event)
    case 'readyTimedOut':
      return generationTimedOut(draft, generation)
    case 'hammerElapsed':
      return hammerDown(draft, generation)
    case 'killElapsed':
      return killHammered(draft, generation)
  }
}
