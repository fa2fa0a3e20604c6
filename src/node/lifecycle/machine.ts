import { describe } from '../../core/describe.ts'
import type { Effect, TimerName } from '../../core/effect.ts'
import { LastcallError } from '../../core/errors.ts'
import { type EventName, eventNames, type LifecycleEvent } from '../../core/event.ts'
import type { Logger } from '../../core/logger.ts'
import { initialState, type State } from '../../core/state.ts'
import { transition } from '../../core/transition.ts'
import type { Host } from '../host/host.ts'
import { errorText } from '../guard/limit.ts'
import { catchRejection } from '../guard/rejection.ts'
import type { ObservedEvent } from '../types.ts'

/** An event without its time. The machine adds the time. */
export type Occurrence = LifecycleEvent extends infer Event
  ? Event extends { at: number }
    ? Omit<Event, 'at'>
    : never
  : never

const timerEvents: Readonly<Record<TimerName, Occurrence>> = {
  readinessFail: { type: 'readinessFailed' },
  shutdownDelay: { type: 'shutdownDelayElapsed' },
  deadlineNotice: { type: 'drainDeadlineNeared' },
  drain: { type: 'drainTimedOut' },
  hooks: { type: 'hooksTimedOut' },
}

/** The effects that the machine leaves to its owner. */
export type OtherEffect = Exclude<Effect, { type: 'startTimer' | 'stopTimer' }>

/** What the machine needs from its host. */
type MachineHost = Pick<Host, 'clock' | 'policy'>

/** Executes the effects. Learns of every event before the listeners do. */
export interface Owner {
  observe(event: ObservedEvent): void
  execute(effect: OtherEffect): void
}

interface Subscription {
  readonly listener: (event: ObservedEvent) => unknown
}

/** These events can happen again. All others are kept for later calls of `once()`. */
const repeatable: ReadonlySet<EventName> = new Set(['becameReady', 'becameUnready'])

/** Holds the state, dispatches events to it and runs its timers. The owner executes all other effects. */
export class Machine {
  readonly #host: MachineHost
  readonly #logger: Logger
  readonly #owner: Owner
  readonly #timers = new Map<TimerName, Disposable>()
  readonly #listeners = new Map<EventName, Set<Subscription>>()
  readonly #seen = new Map<EventName, ObservedEvent>()
  readonly #queue: LifecycleEvent[] = []
  #state: State = initialState

  constructor(host: MachineHost, logger: Logger, owner: Owner) {
    this.#host = host
    this.#logger = logger
    this.#owner = owner
  }

  get state(): State {
    return this.#state
  }

  /**
   * Dispatches an event. An event without a meaning in the present state changes nothing and reaches no
   * listener.
   */
  dispatch(occurrence: Occurrence): void {
    this.#queue.push({ ...occurrence, at: this.#host.clock.now() } as LifecycleEvent)
    // A listener or an effect may dispatch another event. That event waits until all effects of this one are
    // executed.
    if (this.#queue.length > 1) return
    this.#work()
  }

  #work(): void {
    for (let event = this.#queue[0]; event; event = this.#queue[0]) {
      if (this.#isHeld(event)) return
      this.#apply(event)
      this.#queue.shift()
    }
  }

  /** An event without a meaning is not held. Events queue behind a held one, so its meaning cannot change. */
  #isHeld(event: LifecycleEvent): boolean {
    if (transition(this.#state, event).state === this.#state) return false
    return this.#host.policy.intercept(event, () => {
      this.#apply(event)
      this.#queue.shift()
      this.#work()
    })
  }

  #apply(event: LifecycleEvent): void {
    const { state, effects } = transition(this.#state, event)
    if (state === this.#state) return
    this.#state = state
    const observed = { ...event, state: state.name }
    if (!repeatable.has(event.type)) this.#seen.set(event.type, observed)
    this.#attempt(event.type, () => this.#owner.observe(observed))
    this.#tell(observed)
    for (const effect of effects) this.#attempt(effect.type, () => this.#run(effect))
  }

  /** @throws LastcallError `LASTCALL_INVALID_OPTIONS` */
  on(name: EventName, listener: (event: ObservedEvent) => void): Disposable {
    refuseUnknown(name)
    if (typeof listener !== 'function') {
      throw new LastcallError('LASTCALL_INVALID_OPTIONS', [
        `on: got ${describe(listener)}, wanted a function`,
      ])
    }
    const listeners = this.#listeners.get(name) ?? new Set()
    const subscription = { listener }
    this.#listeners.set(name, listeners.add(subscription))
    return { [Symbol.dispose]: () => void listeners.delete(subscription) }
  }

  /** @throws LastcallError `LASTCALL_INVALID_OPTIONS` */
  once(name: EventName): Promise<ObservedEvent> {
    refuseUnknown(name)
    const seen = this.#seen.get(name)
    if (seen) return Promise.resolve(seen)
    return new Promise((resolve) => {
      const subscription = this.on(name, (event) => {
        subscription[Symbol.dispose]()
        resolve(event)
      })
    })
  }

  #tell(event: ObservedEvent): void {
    const complain = (error: unknown): void =>
      this.#logger.error({ event: event.type, error: errorText(error) }, 'lastcall: a listener failed')
    const listeners = this.#listeners.get(event.type) ?? new Set()
    // A listener may add and remove listeners during this loop. A new one has not missed this event.
    const present = [...listeners]
    for (const subscription of present) {
      if (!listeners.has(subscription)) continue
      try {
        catchRejection(subscription.listener(event), complain)
      } catch (error) {
        complain(error)
      }
    }
  }

  /** A failing step must not prevent the next ones, above all the timers: they end everything that hangs. */
  #attempt(step: string, run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#logger.error({ step, error: errorText(error) }, 'lastcall: a step of the lifecycle failed')
    }
  }

  #run(effect: Effect): void {
    switch (effect.type) {
      case 'startTimer':
        return this.#startTimer(effect.timer, effect.ms)
      case 'stopTimer':
        return this.#stopTimer(effect.timer)
      default:
        return this.#owner.execute(effect)
    }
  }

  #startTimer(timer: TimerName, ms: number): void {
    this.#stopTimer(timer)
    // Even the shortest timer takes a millisecond, and a probe within it must not answer green.
    if (timer === 'readinessFail' && ms === 0) return this.dispatch(timerEvents[timer])
    this.#timers.set(
      timer,
      this.#host.clock.startTimer(ms, () => this.dispatch(timerEvents[timer])),
    )
  }

  #stopTimer(timer: TimerName): void {
    this.#timers.get(timer)?.[Symbol.dispose]()
    this.#timers.delete(timer)
  }
}

/** @throws LastcallError `LASTCALL_INVALID_OPTIONS` */
export function refuseUnknown(name: unknown): void {
  if ((eventNames as readonly unknown[]).includes(name)) return
  throw new LastcallError('LASTCALL_INVALID_OPTIONS', [
    `there is no event ${describe(name)}; the events are ${eventNames.join(', ')}`,
  ])
}
