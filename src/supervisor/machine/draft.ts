import type { SupervisorEffect } from './effect.ts'
import type { Generation, State } from './state.ts'

/** The state after an event, and the effects to execute. */
export interface Transition {
  readonly state: State
  readonly effects: readonly SupervisorEffect[]
}

/** A transition that is being worked out. It never leaves the machine, which stays pure. */
export interface Draft {
  /** Time of the event. */
  readonly at: number
  state: State
  readonly effects: SupervisorEffect[]
}

/** Replaces fields of the state. */
export function change(draft: Draft, fields: Partial<State>): void {
  draft.state = { ...draft.state, ...fields }
}

/** Adds effects, in the order of execution. */
export function emit(draft: Draft, ...effects: readonly SupervisorEffect[]): void {
  for (const effect of effects) draft.effects.push(effect)
}

/** A generation that has not exited. */
export function findGeneration({ state }: Draft, id: number | null): Generation | undefined {
  return state.generations.find((generation) => generation.id === id)
}

/** Replaces fields of one generation. */
export function mark(draft: Draft, id: number, fields: Partial<Omit<Generation, 'id'>>): void {
  const generations = draft.state.generations.map((generation) =>
    generation.id === id ? { ...generation, ...fields } : generation,
  )
  change(draft, { generations })
}
