import { type EventName, eventNames } from '../core/event.ts'
import type { Lifecycle, ObservedEvent } from '../node/types.ts'

/** The events of a lifecycle since the recording began. */
export interface EventRecording extends Disposable {
  /** The events, in order; grows while the recording runs. */
  readonly events: readonly ObservedEvent[]
  /** Their names, for comparisons. */
  names(): readonly EventName[]
}

/**
 * Records every event of a lifecycle until it is disposed of.
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
