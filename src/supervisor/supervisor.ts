import type { Logger } from '../core/logger.ts'
import { elapsed } from './elapsed.ts'
import { Generations } from './generations.ts'
import type { RestartResult, SupervisorEffect, Timer } from './machine/effect.ts'
import type { SupervisorEvent } from './machine/event.ts'
import { initialState, type State } from './machine/state.ts'
import { transition } from './machine/transition.ts'
import type { Occurrence } from './occurrence.ts'
import { DEFAULT_HAMMER_AFTER_MS, type SupervisorOptions } from './options.ts'
import { runPreStart } from './pre-start/pre-start.ts'
import { Restarts } from './restarts.ts'
import type { HeldSocket } from './sockets/held-socket.ts'
import { Timers } from './timers.ts'

/** What a supervisor needs beside its options. */
export interface SupervisorContext {
  readonly sockets: readonly HeldSocket[]
  readonly logger: Logger
  /** Called after every event that changed something, before its effects are executed. */
  onChange(event: SupervisorEvent, state: State, before: State): void
}

/** What a generation gets beyond the longest shutdown that it has announced. */
const HAMMER_MARGIN_MS = 1_000

/** Executes what the machine decides. Only here the order of a restart meets processes and timers. */
export class Supervisor {
  readonly generations: Generations
  readonly #options: SupervisorOptions
  readonly #context: SupervisorContext
  readonly #timers = new Timers()
  readonly #restarts = new Restarts()
  readonly #queue: SupervisorEvent[] = []
  readonly #finished = Promise.withResolvers<number>()
  #checking = new AbortController()
  #state: State

  constructor(options: SupervisorOptions, context: SupervisorContext) {
    this.#options = options
    this.#context = context
    const { sockets, logger } = context
    this.generations = new Generations(options, sockets, logger, (occurrence) => this.#dispatch(occurrence))
    this.#state = initialState({
      ...options.settings,
      preStart: options.preStart !== null,
      hammerAfterMs: options.hammerAfterMs ?? DEFAULT_HAMMER_AFTER_MS,
    })
  }

  get state(): State {
    return this.#state
  }

  /** Whether connections wait while no generation serves. */
  get queues(): boolean {
    return !this.#options.reusePort
  }

  /** Resolves to the exit code when every generation has ended. */
  get ended(): Promise<number> {
    return this.#finished.promise
  }

  start(): void {
    this.#dispatch({ type: 'started' })
  }

  restart(reason: string): Promise<RestartResult> {
    const { request, result } = this.#restarts.create(reason)
    this.#dispatch({ type: 'restartRequested', request })
    return result
  }

  /** Called again, it hammers. */
  stop(reason: string): void {
    this.#dispatch({ type: 'stopRequested', reason })
  }

  /** Returns the number of generations that were ending. */
  hammer(): number {
    const ending = this.#state.generations.filter(({ phase }) => phase === 'ending').length
    this.#dispatch({ type: 'hammerRequested' })
    return ending
  }

  #dispatch(occurrence: Occurrence): void {
    this.#queue.push({ ...occurrence, at: Date.now() } as SupervisorEvent)
    // An effect may dispatch another event. It waits until all effects of this one are executed.
    if (this.#queue.length > 1) return
    for (let event = this.#queue[0]; event; event = this.#queue[0]) {
      this.#apply(event)
      this.#queue.shift()
    }
  }

  #apply(event: SupervisorEvent): void {
    const before = this.#state
    const { state, effects } = transition(before, event)
    this.#state = state
    // Nobody waits for it any more, such as in a stop.
    if (state.name !== 'checking') this.#checking.abort()
    if (state !== before) this.#context.onChange(event, state, before)
    for (const effect of effects) this.#execute(effect)
  }

  #execute(effect: SupervisorEffect): void {
    switch (effect.type) {
      case 'startTimer':
        return this.#startTimer(effect.timer, effect.ms)
      case 'stopTimer':
        return this.#timers.stop(effect.timer)
      case 'runPreStart':
        return void this.#preStart(effect.reason)
      case 'settle':
        return this.#restarts.settle(effect.request, effect.result)
      case 'finish':
        return this.#finished.resolve(effect.exitCode)
      default:
        return this.generations.execute(effect)
    }
  }

  #startTimer(timer: Timer, ms: number): void {
    this.#timers.start(timer, this.#durationOf(timer, ms), () => this.#dispatch(elapsed(timer)))
  }

  #durationOf(timer: Timer, ms: number): number {
    // Supervisors that crash together, such as at the loss of a database, must not restart in step.
    if (timer.name === 'backOff') return ms * (0.75 + Math.random() / 2)
    if (timer.name !== 'hammer' || this.#options.hammerAfterMs !== null) return ms
    // A generation knows best how long its own shutdown takes.
    const announced = this.generations.get(timer.generation)?.shutdownMs ?? null
    if (announced === null) return ms
    const handOverMs = this.#state.name === 'stopping' ? 0 : this.#options.handOverMs
    return announced + handOverMs + HAMMER_MARGIN_MS
  }

  /** Only the latest run counts. One whose restart is over, such as in a stop, is killed. */
  async #preStart(reason: string): Promise<void> {
    const { preStart, cwd, env, settings } = this.#options
    this.#checking.abort()
    this.#checking = new AbortController()
    const { signal } = this.#checking
    const timeoutMs = settings.readyTimeoutMs
    const problem = await runPreStart(preStart ?? [], { cwd, env, reason, timeoutMs, signal })
    if (!signal.aborted) this.#dispatch({ type: 'preStartFinished', problem })
  }
}
