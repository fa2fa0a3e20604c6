import type { Effect } from './effect.ts'
import type { LifecycleEvent } from './event.ts'
import type { Shutdown, ShutdownPhase, State } from './state.ts'

//  SIGTERM (or shutdown())                                                              exit
//     |                                                                                   ^
//     v                                                                                   |
//  [starting] ----> [ready] <--> [unready]                                                |
//     |                |  shutdownInitiated        readinessFailed, when its own delay is over:
//     |                v                           the probe only, in any state below     |
//     |            [delaying]   everything is served, responses say Connection: close     |
//     |                |  shutdownDelayElapsed                                            |
//     |  in flight     v                                                                  |
//     +----------> [draining]   listeners closed, what is in flight is finished           |
//     |                |  drainDeadlineNeared: work is told that its time is nearly up    |
//     |                |  connectionsDrained | drainTimedOut (the rest is force-closed)   |
//     |  nothing       v                                                                  |
//     +----------> [stopping]   stop hooks in reverse order                               |
//                      |  hooksFinished | hooksTimedOut                                   |
//                      v                                                                  |
//                  [stopped] -------------------------------------------------------------+
//
//  exitForced (a second signal) leads from every state of the shutdown to [stopped] at once.

/** The state after an event, and the effects to execute. */
export interface Transition {
  readonly state: State
  readonly effects: readonly Effect[]
}

/** Time left until a deadline, 0 after it. */
const remaining = (until: number, at: number): number => Math.max(0, until - at)

/**
 * The whole order of a lifecycle as a pure function. An event without a meaning in the state (a late timer, a
 * second `shutdownInitiated`) returns the same state object and no effects.
 */
export function transition(state: State, event: LifecycleEvent): Transition {
  switch (state.name) {
    case 'starting':
      return whileStarting(state, event)
    case 'ready':
    case 'unready':
      return whileServing(state, event)
    case 'delaying':
    case 'draining':
    case 'stopping':
      return whileShuttingDown(state, event)
    case 'stopped':
      return ignored(state)
  }
}

function whileStarting(state: Extract<State, { name: 'starting' }>, event: LifecycleEvent): Transition {
  switch (event.type) {
    case 'startupCompleted':
      if (state.completed) return ignored(state)
      return state.heldBy === null
        ? { state: { name: 'ready' }, effects: [] }
        : { state: { ...state, completed: true }, effects: [] }
    case 'becameReady':
      if (state.heldBy === null) return ignored(state)
      return state.completed
        ? { state: { name: 'ready' }, effects: [] }
        : { state: { ...state, heldBy: null }, effects: [] }
    case 'becameUnready':
      return { state: { ...state, heldBy: event.reason }, effects: [] }
    case 'shutdownInitiated': {
      // No client was ever sent here, so a delay would serve nobody. The drain is skipped, too, unless
      // something is in flight.
      const shutdown = { ...newShutdown(event), readinessFailing: true }
      if (event.inFlight > 0) return enterDraining(shutdown, event.at, [{ type: 'announceClose' }])
      return enterStopping(shutdown, event.at, [{ type: 'announceClose' }, { type: 'forceCloseConnections' }])
    }
    default:
      return ignored(state)
  }
}

function whileServing(
  state: Extract<State, { name: 'ready' | 'unready' }>,
  event: LifecycleEvent,
): Transition {
  switch (event.type) {
    case 'becameReady':
      return state.name === 'ready' ? ignored(state) : { state: { name: 'ready' }, effects: [] }
    case 'becameUnready':
      return { state: { name: 'unready', reason: event.reason }, effects: [] }
    case 'shutdownInitiated': {
      // A signal must not turn a process that was not ready into a ready one.
      const shutdown = { ...newShutdown(event), readinessFailing: state.name === 'unready' }
      const { readinessFailDelayMs, shutdownDelayMs } = event.timing
      const effects: readonly Effect[] = [
        { type: 'announceClose' },
        ...(shutdown.readinessFailing
          ? []
          : [{ type: 'startTimer', timer: 'readinessFail', ms: readinessFailDelayMs } as const]),
        { type: 'startTimer', timer: 'shutdownDelay', ms: shutdownDelayMs },
      ]
      return { state: { name: 'delaying', shutdown }, effects }
    }
    default:
      return ignored(state)
  }
}

type ShuttingDown = Extract<State, { name: ShutdownPhase }>

function whileShuttingDown(state: ShuttingDown, event: LifecycleEvent): Transition {
  const { shutdown } = state
  if (event.type === 'readinessFailed') {
    if (shutdown.readinessFailing) return ignored(state)
    return { state: { ...state, shutdown: { ...shutdown, readinessFailing: true } }, effects: [] }
  }
  if (event.type === 'exitForced') {
    return enterStopped({ ...shutdown, clean: false }, event.exitCode)
  }
  if (state.name === 'delaying') {
    return event.type === 'shutdownDelayElapsed' ? enterDraining(shutdown, event.at, []) : ignored(state)
  }
  if (state.name === 'draining') {
    if (event.type === 'drainDeadlineNeared') {
      if (shutdown.deadlineNear) return ignored(state)
      return {
        state: { ...state, shutdown: { ...shutdown, deadlineNear: true } },
        effects: [{ type: 'announceDeadline' }],
      }
    }
    if (event.type === 'connectionsDrained') return enterStopping(shutdown, event.at, [])
    if (event.type === 'drainTimedOut') {
      // Only idle connections may be left here. Anything in flight is counted when it is force-closed, which
      // makes the exit code 1.
      return enterStopping(shutdown, event.at, [{ type: 'forceCloseConnections' }])
    }
    return ignored(state)
  }
  if (event.type === 'hooksFinished') {
    const clean = shutdown.clean && event.failed === 0
    return enterStopped({ ...shutdown, clean }, clean ? 0 : 1)
  }
  return event.type === 'hooksTimedOut' ? enterStopped({ ...shutdown, clean: false }, 1) : ignored(state)
}

function newShutdown(event: Extract<LifecycleEvent, { type: 'shutdownInitiated' }>): Shutdown {
  const { at, reason, timing } = event
  const delayEndsAt = at + timing.shutdownDelayMs
  const drainEndsAt = delayEndsAt + timing.drainTimeoutMs
  const deadlines = { delayEndsAt, drainEndsAt, hooksEndAt: drainEndsAt + timing.hooksTimeoutMs }
  return {
    reason,
    startedAt: at,
    readinessFailing: false,
    deadlineNear: false,
    clean: true,
    deadlines,
    timing,
  }
}

function enterDraining(shutdown: Shutdown, at: number, before: readonly Effect[]): Transition {
  const drainEndsAt = Math.min(shutdown.deadlines.drainEndsAt, at + shutdown.timing.drainTimeoutMs)
  const deadlines = {
    ...shutdown.deadlines,
    delayEndsAt: Math.min(shutdown.deadlines.delayEndsAt, at),
    drainEndsAt,
  }
  const ms = remaining(drainEndsAt, at)
  // A notice longer than half of the drain timeout would give work less time to finish than to give up.
  const noticeMs = Math.min(shutdown.timing.deadlineNoticeMs, ms / 2)
  const effects: readonly Effect[] = [
    ...before,
    { type: 'startTimer', timer: 'deadlineNotice', ms: ms - noticeMs },
    { type: 'startTimer', timer: 'drain', ms },
    { type: 'drainConnections' },
  ]
  return { state: { name: 'draining', shutdown: { ...shutdown, deadlines } }, effects }
}

function enterStopping(shutdown: Shutdown, at: number, before: readonly Effect[]): Transition {
  const { timing } = shutdown
  const hooksEndAt = Math.min(shutdown.deadlines.hooksEndAt, at + timing.hooksTimeoutMs)
  const deadlines = {
    delayEndsAt: Math.min(shutdown.deadlines.delayEndsAt, at),
    drainEndsAt: Math.min(shutdown.deadlines.drainEndsAt, at),
    hooksEndAt,
  }
  const ms = remaining(hooksEndAt, at)
  const effects: readonly Effect[] = [
    { type: 'stopTimer', timer: 'deadlineNotice' },
    { type: 'stopTimer', timer: 'drain' },
    ...before,
    { type: 'startTimer', timer: 'hooks', ms },
    { type: 'runHooks', ms },
  ]
  return { state: { name: 'stopping', shutdown: { ...shutdown, deadlines } }, effects }
}

function enterStopped(shutdown: Shutdown, exitCode: number): Transition {
  const timers = ['readinessFail', 'shutdownDelay', 'deadlineNotice', 'drain', 'hooks'] as const
  const effects: readonly Effect[] = [
    ...timers.map((timer) => ({ type: 'stopTimer', timer }) as const),
    { type: 'forceCloseConnections' },
    { type: 'finish', exitCode },
  ]
  return { state: { name: 'stopped', shutdown: { ...shutdown, readinessFailing: true }, exitCode }, effects }
}

function ignored(state: State): Transition {
  return { state, effects: [] }
}
