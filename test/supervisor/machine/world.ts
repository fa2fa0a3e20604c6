import assert from 'node:assert/strict'
import { elapsed } from '../../../src/supervisor/elapsed.ts'
import type { SupervisorEffect, Timer } from '../../../src/supervisor/machine/effect.ts'
import type { SupervisorEvent } from '../../../src/supervisor/machine/event.ts'
import { initialState, type Settings, type State } from '../../../src/supervisor/machine/state.ts'
import { transition } from '../../../src/supervisor/machine/transition.ts'
import type { Occurrence } from '../../../src/supervisor/occurrence.ts'
import { textOf, timerText } from './play.ts'
import { newProcess, obey, type Order, type Process, serves } from './process.ts'
import { checkRules } from './rules.ts'

/**
 * Processes, timers and requests around a machine. It executes effects, and refuses those that no supervisor
 * may ask for.
 */
export class World {
  state: State
  readonly processes = new Map<number, Process>()
  readonly timers = new Map<string, Timer>()
  readonly open = new Set<number>()
  preStarts = 0
  finished = false
  spawned = 0
  /** What happened, for the message of a failure. */
  readonly log: string[] = []
  #time = 0
  #lastRequest = 0
  /** Who served when the restart in progress began. */
  #servedBefore: number | null = null

  constructor(settings: Settings) {
    this.state = initialState(settings)
  }

  get living(): readonly Process[] {
    return [...this.processes.values()]
  }

  get serving(): readonly Process[] {
    return this.living.filter(serves)
  }

  restart(): void {
    const request = { id: ++this.#lastRequest, reason: `request ${this.#lastRequest}` }
    this.open.add(request.id)
    this.dispatch({ type: 'restartRequested', request })
  }

  stop(): void {
    this.dispatch({ type: 'stopRequested', reason: 'SIGTERM' })
  }

  exit(id: number, code = 1): void {
    this.dispatch({ type: 'exited', generation: id, exit: { code, signal: null } })
  }

  elapse(timer: Timer): void {
    this.dispatch(elapsed(timer))
  }

  /** Lets something happen, executes what the machine asks for, and checks what must hold at any time. */
  dispatch(occurrence: Occurrence): void {
    this.log.push(JSON.stringify(occurrence))
    this.#note(occurrence)
    const before = this.state
    const servedBefore = this.serving.some(({ left }) => !left)
    const { state, effects } = transition(before, { ...occurrence, at: ++this.#time } as SupervisorEvent)
    this.state = state
    this.log.push(`  ${state.name}: ${effects.map(textOf).join(', ')}`)
    for (const effect of effects) this.#execute(effect, effects)
    if (state.request !== before.request) this.#servedBefore = state.current
    if (before === state) assert.ok(effects.every(({ type }) => type === 'settle'))
    if (servedBefore && !this.#isOver()) assert.ok(this.serving.length > 0, 'nobody serves any more')
    checkRules(this)
  }

  #isOver(): boolean {
    return this.state.name === 'stopping' || this.state.name === 'stopped'
  }

  /** What an event says about the world, before the machine knows of it. */
  #note(occurrence: Occurrence): void {
    for (const [key, timer] of this.timers) {
      if (JSON.stringify(elapsed(timer)) === JSON.stringify(occurrence)) this.timers.delete(key)
    }
    if (occurrence.type === 'preStartFinished') this.preStarts = 0
    if (!('generation' in occurrence)) return
    const process = this.processes.get(occurrence.generation)
    if (!process) return
    if (occurrence.type === 'exited') this.processes.delete(process.id)
    if (occurrence.type === 'becameReady') process.ready = process.wasReady = true
    if (occurrence.type === 'becameUnready') process.ready = false
    if (occurrence.type === 'left') process.left = true
    if (occurrence.type === 'accepted') process.listens = true
  }

  #execute(effect: SupervisorEffect, all: readonly SupervisorEffect[]): void {
    assert.ok(!this.finished || effect.type === 'settle', 'an effect after the end')
    switch (effect.type) {
      case 'startTimer': {
        const key = timerText(effect.timer)
        assert.ok(!this.timers.has(key), `${key} runs already`)
        assert.ok(effect.ms >= 0 && Number.isFinite(effect.ms))
        this.timers.set(key, effect.timer)
        return
      }
      case 'stopTimer':
        this.timers.delete(timerText(effect.timer))
        return
      case 'runPreStart':
        this.preStarts = 1
        return
      case 'settle':
        assert.ok(this.open.delete(effect.request.id), `request ${effect.request.id} is settled again`)
        if (['failed', 'rolled-back'].includes(effect.result.outcome)) this.#checkUnharmed()
        if (effect.result.outcome === 'completed') assert.equal(effect.result.generation, this.state.current)
        return
      case 'finish':
        assert.equal(all.at(-1), effect)
        assert.deepEqual(this.living, [])
        assert.equal(effect.exitCode, this.state.exitCode)
        this.finished = true
        return
      default:
        this.#order(effect.type, effect.generation)
    }
  }

  #order(order: 'spawn' | Order, id: number): void {
    if (order === 'spawn') {
      assert.equal(id, ++this.spawned, 'ids are never used again')
      this.processes.set(id, newProcess(id))
      return
    }
    const process = this.processes.get(id)
    assert.ok(process, `${order} ${id}: it has exited`)
    obey(process, order)
  }

  /** A restart that came to nothing: the generation that served before it serves, if it lives. */
  #checkUnharmed(): void {
    const before = this.#servedBefore === null ? undefined : this.processes.get(this.#servedBefore)
    if (before?.left === false) assert.equal(this.state.current, before.id)
  }
}
