import type { Timer } from './machine/effect.ts'
import type { Occurrence } from './occurrence.ts'

/** The event of a timer that has run out. */
export function elapsed(timer: Timer): Occurrence {
  switch (timer.name) {
    case 'soak':
      return { type: 'soakElapsed' }
    case 'backOff':
      return { type: 'backOffElapsed' }
    case 'ready':
      return { type: 'readyTimedOut', generation: timer.generation }
    case 'hammer':
      return { type: 'hammerElapsed', generation: timer.generation }
    case 'kill':
      return { type: 'killElapsed', generation: timer.generation }
  }
}
