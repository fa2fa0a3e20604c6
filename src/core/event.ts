import type { Timing } from './state.ts'

/** What every event carries. */
interface Happened {
  /** Wall-clock milliseconds. */
  readonly at: number
}

/** Everything that can happen to a lifecycle, as past-tense facts. */
export type LifecycleEvent =
  | (Happened & { readonly type: 'startupCompleted' })
  | (Happened & { readonly type: 'becameReady' })
  | (Happened & { readonly type: 'becameUnready'; readonly reason: string })
  | (Happened & {
      readonly type: 'shutdownInitiated'
      readonly reason: string
      readonly timing: Timing
      /** Requests and work in flight at that moment, workers included. */
      readonly inFlight: number
    })
  | (Happened & { readonly type: 'readinessFailed' })
  | (Happened & { readonly type: 'shutdownDelayElapsed' })
  | (Happened & { readonly type: 'drainDeadlineNeared' })
  | (Happened & { readonly type: 'connectionsDrained' })
  | (Happened & { readonly type: 'drainTimedOut' })
  | (Happened & { readonly type: 'hooksFinished'; readonly failed: number })
  | (Happened & { readonly type: 'hooksTimedOut' })
  | (Happened & { readonly type: 'exitForced'; readonly exitCode: number })

/** All event names in the order of a shutdown. */
export const eventNames = [
  'startupCompleted',
  'becameReady',
  'becameUnready',
  'shutdownInitiated',
  'readinessFailed',
  'shutdownDelayElapsed',
  'drainDeadlineNeared',
  'connectionsDrained',
  'drainTimedOut',
  'hooksFinished',
  'hooksTimedOut',
  'exitForced',
] as const

/** Name of a {@link LifecycleEvent}. */
export type EventName = (typeof eventNames)[number]
