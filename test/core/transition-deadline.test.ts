import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LifecycleEvent } from '../../src/core/event.ts'
import { initialState } from '../../src/core/state.ts'
import { transition } from '../../src/core/transition.ts'

/** The effects and the state after the drain has begun with these times. */
function drainWith(times: { readonly drainTimeoutMs: number; readonly deadlineNoticeMs: number }) {
  const timing = { readinessFailDelayMs: 0, shutdownDelayMs: 0, hooksTimeoutMs: 0, ...times }
  const events: readonly LifecycleEvent[] = [
    { type: 'startupCompleted', at: 0 },
    { type: 'shutdownInitiated', at: 0, reason: 'SIGTERM', timing, inFlight: 1 },
    { type: 'shutdownDelayElapsed', at: 0 },
  ]
  return events.reduce(
    (last, event) => transition(last.state, event),
    transition(initialState, { type: 'becameReady', at: 0 }),
  )
}

const noticeAt = (times: Parameters<typeof drainWith>[0]): number | undefined =>
  drainWith(times).effects.flatMap((effect) =>
    effect.type === 'startTimer' && effect.timer === 'deadlineNotice' ? [effect.ms] : [],
  )[0]

test('work is told once that the drain timeout is near', () => {
  const near = { type: 'drainDeadlineNeared', at: 13_000 } as const
  const told = transition(drainWith({ drainTimeoutMs: 15_000, deadlineNoticeMs: 2_000 }).state, near)
  assert.deepEqual(told.effects, [{ type: 'announceDeadline' }])
  assert.equal(told.state.name, 'draining')
  assert.equal(transition(told.state, near).state, told.state)
})

test('the notice comes its time before the drain timeout, and never before half of that is over', () => {
  assert.equal(noticeAt({ drainTimeoutMs: 15_000, deadlineNoticeMs: 2_000 }), 13_000)
  assert.equal(noticeAt({ drainTimeoutMs: 3_000, deadlineNoticeMs: 2_000 }), 1_500)
})
