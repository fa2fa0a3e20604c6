import type { Logger } from '../core/logger.ts'
import type { SupervisorEvent } from './machine/event.ts'
import type { State } from './machine/state.ts'

/** Writes a line for every change that somebody may look for later. */
export function logChange(logger: Logger, event: SupervisorEvent, state: State, before: State): void {
  const { lastFailure } = state
  if (lastFailure !== null && lastFailure !== before.lastFailure) {
    const { kind, detail } = lastFailure
    const now = state.current === null ? '' : `; generation ${state.current} serves`
    logger.error({ kind, ...ofGeneration(lastFailure.generation) }, `lastcall: ${detail}${now}`)
  }
  for (const { id } of state.generations) {
    if (before.generations.some((old) => old.id === id)) continue
    logger.info({ generation: id }, `lastcall: generation ${id} is starting`)
  }
  if (state.current !== before.current && state.current !== null) {
    logger.info({ generation: state.current }, `lastcall: generation ${state.current} serves`)
  }
  if (event.type === 'exited') {
    const { generation, exit } = event
    logger.info({ generation, ...exit }, `lastcall: generation ${generation} has ended`)
  }
  if (state.restarts.completed > before.restarts.completed) {
    logger.info({ generation: state.current }, 'lastcall: restart completed')
  }
  if (state.name === 'waiting' && before.name !== 'waiting') {
    const connections = 'connections wait in the queue of the socket'
    logger.warn(
      { crashes: state.crashes },
      `lastcall: nobody serves; ${connections} until the next generation`,
    )
  }
  if (state.name === 'stopping' && before.name !== 'stopping') {
    const reason = event.type === 'stopRequested' ? event.reason : 'too many crashes'
    logger.info({ reason, generations: state.generations.length }, 'lastcall: stopping')
  }
}

const ofGeneration = (generation: number | null): object => (generation === null ? {} : { generation })
