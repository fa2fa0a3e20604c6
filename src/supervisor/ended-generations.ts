import type { EndedGeneration } from '../core/supervisor-status.ts'
import type { SupervisorEvent } from './machine/event.ts'
import type { State } from './machine/state.ts'

/** Enough for a program that asks for the status several times during each restart. */
const KEPT = 20

/** How the last generations have ended. The machine forgets a generation that has exited. */
export class EndedGenerations {
  readonly #ended: EndedGeneration[] = []

  /** In the order of their ends. */
  get all(): readonly EndedGeneration[] {
    return this.#ended
  }

  /** @param before the state in which the event met the machine */
  note(event: SupervisorEvent, before: State): void {
    if (event.type !== 'exited') return
    const { generation, at, exit } = event
    const asked = before.generations.some(({ id, phase }) => id === generation && phase === 'ending')
    const { code, signal } = exit
    this.#ended.push({ generation, asked, at: new Date(at).toISOString(), code, signal })
    if (this.#ended.length > KEPT) this.#ended.shift()
  }
}
