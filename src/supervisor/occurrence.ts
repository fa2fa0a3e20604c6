import type { SupervisorEvent } from './machine/event.ts'

/** An event without its time. The supervisor adds the time. */
export type Occurrence = SupervisorEvent extends infer Event
  ? Event extends { at: number }
    ? Omit<Event, 'at'>
    : never
  : never
