import type { SupervisorEffect, Timer } from '../../../src/supervisor/machine/effect.ts'
import type { SupervisorEvent } from '../../../src/supervisor/machine/event.ts'
import { type Exit, initialState, type Settings, type State } from '../../../src/supervisor/machine/state.ts'
import { transition } from '../../../src/supervisor/machine/transition.ts'

export const settings: Settings = {
  readyTimeoutMs: 60_000,
  soakMs: 5_000,
  hammerAfterMs: 30_000,
  killAfterMs: 1_000,
  backOff: { firstMs: 100, maxMs: 10_000 },
  crashLimit: 10,
  standby: false,
  preStart: false,
}

const at = 0
export const started: SupervisorEvent = { type: 'started', at }
export const soakElapsed: SupervisorEvent = { type: 'soakElapsed', at }
export const backOffElapsed: SupervisorEvent = { type: 'backOffElapsed', at }
export const hammer: SupervisorEvent = { type: 'hammerRequested', at }
export const stop: SupervisorEvent = { type: 'stopRequested', at, reason: 'SIGTERM' }
export const restart = (id: number): SupervisorEvent => ({
  type: 'restartRequested',
  at,
  request: { id, reason: `request ${id}` },
})
export const preStart = (problem: string | null): SupervisorEvent => ({
  type: 'preStartFinished',
  at,
  problem,
})
export const ready = (generation: number): SupervisorEvent => ({ type: 'becameReady', at, generation })
export const unready = (generation: number): SupervisorEvent => ({
  type: 'becameUnready',
  at,
  generation,
  reason: 'no database',
})
export const accepted = (generation: number): SupervisorEvent => ({ type: 'accepted', at, generation })
/** It shuts itself down. */
export const left = (generation: number): SupervisorEvent => ({
  type: 'left',
  at,
  generation,
  reason: 'too much memory',
})
export const timedOut = (generation: number): SupervisorEvent => ({ type: 'readyTimedOut', at, generation })
export const hammerElapsed = (generation: number): SupervisorEvent => ({
  type: 'hammerElapsed',
  at,
  generation,
})
export const killElapsed = (generation: number): SupervisorEvent => ({ type: 'killElapsed', at, generation })
/** The end of a process: its exit code, or the name of a signal. */
export const exited = (generation: number, how: number | string = 1): SupervisorEvent => ({
  type: 'exited',
  at,
  generation,
  exit: exitOf(how),
})
const exitOf = (how: number | string): Exit =>
  typeof how === 'number' ? { code: how, signal: null } : { code: null, signal: how }

/** From the spawn of a generation to its service. */
export const serves = (generation: number): readonly SupervisorEvent[] => [
  ready(generation),
  accepted(generation),
]

/** A timer on one short line, no two alike. */
export const timerText = (timer: Timer): string =>
  'generation' in timer ? `${timer.name} ${timer.generation}` : timer.name

/** An effect on one short line. */
export function textOf(effect: SupervisorEffect): string {
  switch (effect.type) {
    case 'startTimer':
      return `start ${timerText(effect.timer)} in ${effect.ms}`
    case 'stopTimer':
      return `stop ${timerText(effect.timer)}`
    case 'settle':
      return `settle ${effect.request.id} ${effect.result.outcome}`
    case 'runPreStart':
      return `runPreStart for ${effect.reason}`
    case 'finish':
      return `finish ${effect.exitCode}`
    default:
      return `${effect.type} ${effect.generation}`
  }
}

/** What a history led to. */
interface Played {
  readonly state: State
  /** Of the last event. */
  readonly effects: readonly string[]
  readonly all: readonly SupervisorEffect[]
  /** Phases of the living generations by id. */
  readonly phases: Readonly<Record<number, string>>
}

/** Feeds events to a new machine, one after the other. */
export function play(events: readonly SupervisorEvent[], changes: Partial<Settings> = {}): Played {
  let state = initialState({ ...settings, ...changes })
  let effects: readonly SupervisorEffect[] = []
  const all: SupervisorEffect[] = []
  for (const event of events) {
    ;({ state, effects } = transition(state, event))
    all.push(...effects)
  }
  const phases = Object.fromEntries(state.generations.map(({ id, phase }) => [id, phase]))
  return { state, effects: effects.map(textOf), all, phases }
}
