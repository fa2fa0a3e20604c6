import { formatDuration } from '../core/duration.ts'
import type { Logger } from '../core/logger.ts'
import { supervisionVariables } from '../core/supervision.ts'
import { startGeneration } from './generation/generation.ts'
import { LiveGeneration } from './live-generation.ts'
import type { SupervisorEffect } from './machine/effect.ts'
import type { Exit } from './machine/state.ts'
import { type GenerationMetrics, keepEnded } from './metrics/render-metrics.ts'
import type { Occurrence } from './occurrence.ts'
import type { SupervisorOptions } from './options.ts'
import { readNews } from './read-news.ts'
import { watchReadiness } from './readiness.ts'
import type { HeldSocket } from './sockets/held-socket.ts'

/** A program with lastcall starts its lifecycle sooner, on most machines. */
const SILENT_MS = 10_000

/** What the machine wants of one generation. */
type Order = Extract<SupervisorEffect, { generation: number }>

/** The processes: starts them, passes orders on, and turns what they say into events. */
export class Generations {
  readonly #options: SupervisorOptions
  readonly #sockets: readonly HeldSocket[]
  readonly #logger: Logger
  readonly #dispatch: (occurrence: Occurrence) => void
  readonly #live = new Map<number, LiveGeneration>()
  /** Their counters must not disappear with a restart. */
  #endedMetrics: readonly GenerationMetrics[] = []

  constructor(
    options: SupervisorOptions,
    sockets: readonly HeldSocket[],
    logger: Logger,
    dispatch: (occurrence: Occurrence) => void,
  ) {
    this.#options = options
    this.#sockets = sockets
    this.#logger = logger
    this.#dispatch = dispatch
  }

  /** Running ones, oldest first. */
  get all(): readonly LiveGeneration[] {
    return [...this.#live.values()]
  }

  /** Oldest first. */
  get endedMetrics(): readonly GenerationMetrics[] {
    return this.#endedMetrics
  }

  get(id: number | null): LiveGeneration | undefined {
    return id === null ? undefined : this.#live.get(id)
  }

  /** An order to a generation that has ended meanwhile is ignored; its `exited` is on the way. */
  execute({ type, generation }: Order): void {
    if (type === 'spawn') return this.#spawn(generation)
    const live = this.#live.get(generation)
    if (!live) return
    live.isEnding ||= type === 'drain' || type === 'terminate' || type === 'kill'
    switch (type) {
      case 'accept':
        if (live.speaks) return live.order({ lastcall: 'accept' })
        // A program without lastcall listens when it likes.
        return this.#dispatch({ type: 'accepted', generation })
      case 'pause':
        return live.order({ lastcall: 'pause' })
      case 'resume':
        for (const { name, handle, reusePort } of this.#sockets)
          live.order({ lastcall: 'resume', socket: name }, reusePort ? undefined : handle)
        return
      case 'drain':
        return this.#drain(live)
      case 'terminate':
        return live.process.signal('SIGTERM')
      case 'kill':
        return live.process.killGroup()
    }
  }

  #drain(live: LiveGeneration): void {
    if (!live.speaks) return live.process.signal('SIGTERM')
    const delayMs = this.#options.handOverMs
    live.order({ lastcall: 'drain', reason: 'replaced by a new generation', delayMs })
  }

  #spawn(id: number): void {
    const { command, cwd, env, ready } = this.#options
    const process = startGeneration({
      id,
      command,
      cwd,
      env: { ...env, [supervisionVariables.generation]: String(id) },
      sockets: this.#sockets,
      onMessage: (message) => this.#receive(live, message),
      onChannelLost: (problem) => this.#loseChannel(live, problem),
      onExit: (exit, problem) => this.#exited(live, exit, problem),
    })
    const live = new LiveGeneration(id, process)
    this.#live.set(id, live)
    if (ready.kind === 'lastcall') return this.#noticeSilence(live)
    void watchReadiness(ready, live.ended.signal, (problem) => this.#noteReadiness(live, problem))
  }

  /** Most first tries fail like this, and the ready time-out is long. */
  #noticeSilence(live: LiveGeneration): void {
    const afterMs = Math.min(SILENT_MS, this.#options.settings.readyTimeoutMs / 2)
    const timer = setTimeout(() => {
      if (live.speaks) return
      this.#logger.warn(
        { generation: live.id },
        `lastcall: generation ${live.id} has run for ${formatDuration(afterMs)}, and no lifecycle has started ` +
          'in it. If it is not just slow: start the server itself and not npm or a shell; use --auto for ' +
          'a Node.js server without lastcall, and --ready for any other program',
      )
    }, afterMs)
    live.ended.signal.addEventListener('abort', () => clearTimeout(timer))
  }

  #exited(live: LiveGeneration, exit: Exit, problem?: string): void {
    live.end()
    this.#live.delete(live.id)
    if (live.metrics !== null) {
      this.#endedMetrics = keepEnded(this.#endedMetrics, { generation: live.id, text: live.metrics })
    }
    this.#dispatch({ type: 'exited', generation: live.id, exit, ...(problem !== undefined && { problem }) })
  }

  #receive(live: LiveGeneration, received: unknown): void {
    const message = readNews(received)
    if (!message) return
    switch (message.lastcall) {
      case 'facts':
      case 'hooked':
      case 'signalled':
        return live.take(message)
      case 'hello':
        live.shutdownMs = message.shutdownMs
        return
      case 'ready':
        return this.#noteReadiness(live, null)
      case 'unready':
        return this.#noteReadiness(live, message.reason)
      case 'leaving':
        return this.#dispatch({ type: 'left', generation: live.id, reason: message.reason })
      case 'accepting':
        return this.#dispatch({ type: 'accepted', generation: live.id })
      case 'paused':
        // Nobody waits for it: what follows goes to the same process, in order.
        return
    }
  }

  /**
   * A program without lastcall may close it. One with lastcall takes it for the end of the supervisor, and
   * drains.
   */
  #loseChannel(live: LiveGeneration, problem: string): void {
    if (!live.speaks) return
    this.#noteReadiness(live, problem)
    this.#dispatch({ type: 'left', generation: live.id, reason: problem })
  }

  #noteReadiness(live: LiveGeneration, problem: string | null): void {
    live.isReady = problem === null
    const generation = live.id
    if (problem === null) return this.#dispatch({ type: 'becameReady', generation })
    if (!live.isEnding) {
      this.#logger.warn(
        { generation, reason: problem },
        `lastcall: generation ${generation} is not ready any more`,
      )
    }
    this.#dispatch({ type: 'becameUnready', generation, reason: problem })
  }
}
