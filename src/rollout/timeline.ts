import { type Instant, readClocks } from '../load/sample.ts'

/** What can happen in a rollout. */
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

/** One fact with its time. `detail` is for people. */
export interface TimelineEvent {
  readonly at: Instant
  readonly kind: TimelineKind
  readonly pod?: string
  readonly detail?: string
}

/** The facts of a run in the order in which they were seen. */
export interface Timeline {
  readonly events: readonly TimelineEvent[]
  /** Records that something has happened, now unless `at` says when. */
  record(
    kind: TimelineKind,
    about?: { readonly pod?: string; readonly detail?: string; readonly at?: Instant },
  ): Instant
}

/** An empty timeline; `onEvent` hears every event once. */
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
