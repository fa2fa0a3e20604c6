import type { Shutdown, Timing } from '../../src/core/state.ts'

/** Every phase takes no time. */
export const exampleTiming: Timing = {
  readinessFailDelayMs: 0,
  shutdownDelayMs: 0,
  drainTimeoutMs: 0,
  hooksTimeoutMs: 0,
  deadlineNoticeMs: 0,
}

/** A shutdown whose every time is 0, for what depends on its state only. */
export function exampleShutdown(readinessFailing: boolean): Shutdown {
  return {
    reason: 'SIGTERM',
    startedAt: 0,
    readinessFailing,
    deadlineNear: false,
    clean: true,
    deadlines: { delayEndsAt: 0, drainEndsAt: 0, hooksEndAt: 0 },
    timing: exampleTiming,
  }
}
