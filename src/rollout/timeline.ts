import { type Instant, readClocks } from '../load/sample.ts'

/** Events of a rollout. */
type TimelineKind =
  | 'phase-started'
  | 'pod-started'
  | 'pod-ready'
  | 'pod-unready'
  | 'pod-deleted'
  | 'pre-stop-started'
  | 'pod-signalled'
  | 'pod-killed'
  | 'pod-exited'
  | 'notice'

/** One event with its time. `detail` is for the user. */
export interface TimelineEvent {
  readonly at: Instant
  readonly kind: TimelineKind
  readonly pod?: string
  readonly detail?: string
}

/** The events of a run in the order in which they were seen. */
export interface Timeline {
  readonly events: readonly TimelineEvent[]
  /** Records an event, now unless `at` is given. */
  record(
    kind: TimelineKind,
    about?: { readonly pod?: string; readonly detail?: string; readonly at?: Instant },
  ): Instant
}

/** Creates an empty timeline and calls `onEvent` once for every event. */
export function createTimeline(onEvent: (event: TimelineEvent) => void = () => undefined): Timeline {
  const events: TimelineEvent[] = []
  return {
    events,
    record(kind, about = {}) {
      const event = { at: readClocks(), kind, ...about }
      events.push(event)
      onEvent(event)
      return event.at
    },
  }
}
