import type { TestContext } from 'node:test'

/** A clock that stands until the test moves it. */
export interface ManualClock {
  tick(ms: number): void
}

/**
 * Stops `setTimeout`, `setInterval` and `performance.now()` until the test ends. Node's own timers and what
 * comes over sockets go on.
 */
export function manualClock(t: TestContext): ManualClock {
  let at = performance.now()
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  t.mock.method(performance, 'now', () => at)
  return {
    tick(ms) {
      at += ms
      t.mock.timers.tick(ms)
    },
  }
}
