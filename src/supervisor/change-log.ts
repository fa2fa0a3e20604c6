import type { Logger } from '../core/logger.ts'
import type { SupervisorEvent } from './machine/event.ts'
import { hasServed, type State } from './machine/state.ts'

/** Writes a line for every change that somebody may look for later. */
export function logChange(logger: Logger, event: SupervisorEvent, state: State, before: State): void {
  if (state.lastFailure !== before.lastFailure) logFailure(logger, state)
  for (const { id } of state.generations) {
    if (before.generations.some((old) => old.id === id)) continue
    logger.info({ generation: id }, `lastcall: generation ${id} is starting`)
  }
  if (state.current !== before.current && state.current !== null) {
    logger.info({ generation: state.current }, `lastcall: generation ${state.current} serves`)
  }
  // One that could not be started has its own line.
  if (event.type === 'exited' && event.problem === undefined) {
    const { generation, exit } = event
    logger.info({ generation, ...exit }, `lastcall: generation ${generation} has ended`)
  }
  if (state.restarts.completed > before.restarts.completed) {
    logger.info({ generation: state.current }, 'lastcall: restart completed')
  }
  if (state.name === 'waiting' && before.name !== 'waiting') {
    logger.warn({ crashes: state.crashes }, `lastcall: ${describeGap(state)}`)
  }
  if (state.name === 'stopping' && before.name !== 'stopping') {
    const reason = event.type === 'stopRequested' ? event.reason : 'too many crashes'
    logger.info({ reason, generations: state.generations.length }, 'lastcall: stopping')
  }
}

function logFailure(logger: Logger, { lastFailure, current }: State): void {
  if (lastFailure === null) return
  const { kind, generation, detail } = lastFailure
  const now = current === null ? '' : `; generation ${current} serves`
  logger.error({ kind, ...ofGeneration(generation) }, `lastcall: ${detail}${now}`)
}

const ofGeneration = (generation: number | null): object => (generation === null ? {} : { generation })

/** Sockets queue from the first listen on. */
const describeGap = (state: State): string =>
  hasServed(state)
    ? 'nobody serves; connections wait in the queue of the socket until the next generation'
    : 'no generation has served yet; the next one starts soon'
