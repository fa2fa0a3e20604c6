import type { Effect, TimerName } from '../core/effect.ts'
import type { EventName, LifecycleEvent } from '../core/event.ts'
import type { Logger } from '../core/logger.ts'
import { initialState, type State } from '../core/state.ts'
import { transition } from '../core/transition.ts'
import type { Host } from './host.ts'
import { errorText } from './limit.ts'
import type { ObservedEvent } from './types.ts'

/** An event without its time, which the machine adds. */
export type Occurrence = LifecycleEvent extends infer Event
  ? Event extends { at: number }
    ? Omit<Event, 'at'>
    : never
  : never

const timerEvents: Readonly<Record<TimerName, Occurrence>> = {
  readinessFail: { type: 'readinessFailed' },
  shutdownDelay: { type: 'shutdownDelayElapsed' },
  drain: { type: 'drainTimedOut' },
  hooks: { type: 'hooksTimedOut' },
}

/** What the machine leaves to its owner. */
export type OtherEffect = Exclude<Effect, { type: 'startTimer' | 'stopTimer' }>

/** Who carries out the effects. Hears of every event before the listeners do. */
export interface Owner {
  observe(event: ObservedEvent): void
  execute(effect: OtherEffect): void
}

/** These can happen again; all others are remembered for who asks later. */
const repeatable: ReadonlySet<EventName> = new Set(['becameReady', 'becameUnready'])

/** Holds the state, feeds it events and keeps its timers. Other effects are carried out by the owner. */
export class Machine {
  readonly #host: Host
  readonly #logger: Logger
  readonly #owner: Owner
  readonly #timers = new Map<TimerName, Disposable>()
  readonly #listeners = new Map<EventName, Set<(event: ObservedEvent) => void>>()
  readonly #seen = new Map<EventName, ObservedEvent>()
  readonly #queue: LifecycleEvent[] = []
  #state: State = initialState

  constructor(host: Host, logger: Logger, owner: Owner) {
    this.#host = host
    this.#logger = logger
    this.#owner = owner
  }

  get state(): State {
    return this.#state
  }

  /** Lets something have happened. An event that means nothing now changes nothing and is told to nobody. */
  dispatch(occurrence: Occurrence): void {
    this.#queue.push({ ...occurrence, at: this.#host.now() } as LifecycleEvent)
    // A listener, or an effect, may dispatch: its event waits until all effects of this one are carried out.
    if (this.#queue.length > 1) return
    for (let event = this.#queue[0]; event; event = this.#queue[0]) {
      this.#apply(event)
      this.#queue.shift()
    }
  }

  #apply(event: LifecycleEvent): void {
    const { state, effects } = transition(this.#state, event)
    if (state === this.#state) return
    this.#state = state
    const observed = { ...event, state: state.name }
    if (!repeatable.has(event.type)) this.#seen.set(event.type, observed)
    this.#owner.observe(observed)
    this.#tell(observed)
    for (const effect of effects) this.#run(effect)
  }

  on(name: EventName, listener: (event: ObservedEvent) => void): Disposable {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners.add(listener))
    return { [Symbol.dispose]: () => void listeners.delete(listener) }
  }

  once(name: EventName): Promise<ObservedEvent> {
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
    for (const listener of this.#listeners.get(event.type) ?? []) {
      try {
        listener(event)
      } catch (error) {
        this.#logger.error({ event: event.type, error: errorText(error) }, 'listener threw')
      }
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
    this.#timers.set(
      timer,
      this.#host.startTimer(ms, () => this.dispatch(timerEvents[timer])),
    )
  }

  #stopTimer(timer: TimerName): void {
    this.#timers.get(timer)?.[Symbol.dispose]()
    this.#timers.delete(timer)
  }
}
