import type { Shutdown } from '../../src/core/state.ts'

/** A shutdown whose every time is 0, for what depends on its state only. */
export function exampleShutdown(readinessFailing: boolean): Shutdown {
  return {
    reason: 'SIGTERM',
    startedAt: 0,
    readinessFailing,
    deadlineNear: false,
    clean: true,
    deadlines: { delayEndsAt: 0, drainEndsAt: 0, hooksEndAt: 0 },
    timing: {
      readinessFailDelayMs: 0,
      shutdownDelayMs: 0,
      drainTimeoutMs: 0,
      hooksTimeoutMs: 0,
      deadlineNoticeMs: 0,
    },
  }
}
