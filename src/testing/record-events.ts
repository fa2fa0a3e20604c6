import { type EventName, eventNames } from '../core/event.ts'
import type { Lifecycle, ObservedEvent } from '../node/types.ts'

/** What has happened to a lifecycle since the recording began. */
export interface EventRecording extends Disposable {
  /** The events, in order; grows while the recording runs. */
  readonly events: readonly ObservedEvent[]
  /** Their names, for a comparison. */
  names(): readonly EventName[]
}

/**
 * Writes down every event of a lifecycle, made by whom ever, until it is disposed of.
 * @example
 * ```ts
 * import { createTestLifecycle, recordEvents } from 'lastcall/testing'
 *
 * await using test = createTestLifecycle()
 * using recording = recordEvents(test.lifecycle)
 * await test.lifecycle.start()
 * console.log(recording.names())
 * ```
 */
export function recordEvents(lifecycle: Lifecycle): EventRecording {
  const events: ObservedEvent[] = []
  const subscriptions = eventNames.map((name) => lifecycle.on(name, (event) => void events.push(event)))
  return {
    events,
    names: () => events.map(({ type }) => type),
    [Symbol.dispose]: () => {
      for (const subscription of subscriptions) subscription[Symbol.dispose]()
    },
  }
}
