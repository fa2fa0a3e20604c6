import type { GenerationFacts, NewsMessage, OrderMessage } from '../core/supervision.ts'
import type { GenerationProcess } from './generation/generation.ts'

/** How long the hooks of a signal may take before the signal is acted on without them. */
const HOOKS_MS = 5_000

/** A running generation: its process, and what it has told about itself. */
export class LiveGeneration {
  readonly id: number
  readonly process: GenerationProcess
  /** Ends the watching of its readiness. */
  readonly ended = new AbortController()
  /** The longest time of its own shutdown; null for a program without lastcall. */
  shutdownMs: number | null = null
  isReady = false
  /** Whether it has been told to end. */
  isEnding = false
  /** Its last metrics, which stay when it has ended. */
  metrics: string | null = null
  readonly #questions = new Map<number, (facts: GenerationFacts | null) => void>()
  readonly #hooks = new Map<string, PromiseWithResolvers<void>>()
  /** Signals that it has a hook for, each with its moment. */
  readonly #hooked = new Set<string>()
  #lastQuestion = 0

  constructor(id: number, process: GenerationProcess) {
    this.id = id
    this.process = process
  }

  /** Whether lastcall runs in it. */
  get speaks(): boolean {
    return this.shutdownMs !== null
  }

  order(message: OrderMessage, handle?: unknown): void {
    if (this.speaks) this.process.send(message, handle)
  }

  /** Asks for its facts; null when it has no lastcall, or does not answer in time. */
  async ask(timeoutMs: number): Promise<GenerationFacts | null> {
    if (!this.speaks) return null
    const question = ++this.#lastQuestion
    const { promise, resolve } = Promise.withResolvers<GenerationFacts | null>()
    this.#questions.set(question, resolve)
    const timer = setTimeout(() => resolve(null), timeoutMs)
    this.order({ lastcall: 'ask', question })
    const facts = await promise
    clearTimeout(timer)
    this.#questions.delete(question)
    this.metrics = facts?.metrics ?? this.metrics
    return facts
  }

  /** Runs its hooks for a signal, and waits for them. A signal that comes again meanwhile shares that run. */
  async runHooks(signal: string, when: 'before' | 'after'): Promise<void> {
    const key = `${when} ${signal}`
    if (!this.speaks || !this.#hooked.has(key)) return
    const running = this.#hooks.get(key) ?? this.#startHooks(key, { lastcall: 'signal', signal, when })
    await running.promise
  }

  #startHooks(key: string, order: OrderMessage): PromiseWithResolvers<void> {
    const running = Promise.withResolvers<void>()
    this.#hooks.set(key, running)
    const timer = setTimeout(running.resolve, HOOKS_MS)
    void running.promise.then(() => {
      clearTimeout(timer)
      this.#hooks.delete(key)
    })
    this.order(order)
    return running
  }

  /** Takes what it tells about its hooks, and its answers to questions. */
  take(message: Extract<NewsMessage, { lastcall: 'facts' | 'hooked' | 'signalled' }>): void {
    if (message.lastcall === 'facts') return this.#questions.get(message.question)?.(message.facts)
    const key = `${message.when} ${message.signal}`
    if (message.lastcall === 'hooked') this.#hooked.add(key)
    else this.#hooks.get(key)?.resolve()
  }

  /** It has ended: nothing is waited for any more. */
  end(): void {
    this.ended.abort()
    for (const resolve of this.#questions.values()) resolve(null)
    for (const { resolve } of this.#hooks.values()) resolve()
  }
}
