import { LastcallError } from '../../core/errors.ts'
import { isDrainOver, isShuttingDown } from '../../core/state.ts'
import type { Lifecycle } from '../../node/types.ts'
import type { FastifyApp } from './types.ts'

/** How many apps use each lifecycle. Their hooks need different names. */
const apps = new WeakMap<Lifecycle, number>()

/** Makes `app.close()` begin the shutdown, and runs Fastify's own close as one of the stop hooks. */
export class AppClose {
  readonly #lifecycle: Lifecycle
  readonly #name: string
  readonly #closeFastify: () => Promise<void>
  #hook: Disposable
  #closing: Promise<void> | null = null
  #closed = false

  constructor(app: FastifyApp, lifecycle: Lifecycle) {
    const nth = (apps.get(lifecycle) ?? 0) + 1
    const native = app.close as () => Promise<void>
    this.#lifecycle = lifecycle
    this.#name = nth === 1 ? 'fastify' : `fastify-${nth}`
    this.#closeFastify = () => Reflect.apply(native, app, [])
    this.#hook = this.#addHook()
    apps.set(lifecycle, nth)
    Object.assign(app, { close: this.#replacement(app) })
  }

  /** Whether Fastify's own close has begun. */
  get begun(): boolean {
    return this.#closing !== null
  }

  /**
   * Registers the hook again as the last one, so that it runs first: the app's dependencies stay usable until
   * its `onClose` hooks have finished.
   */
  moveHookToFront(): void {
    if (isShuttingDown(this.#lifecycle.state)) return
    this.#hook[Symbol.dispose]()
    this.#hook = this.#addHook()
  }

  #addHook(): Disposable {
    return this.#lifecycle.onStop(this.#name, () => this.#begin())
  }

  #begin(): Promise<void> {
    this.#closing ??= this.#closeFastify().finally(() => (this.#closed = true))
    return this.#closing
  }

  async #close(): Promise<void> {
    // A stop hook that closes the app would wait for itself if it joined the shutdown. Nothing is left to
    // drain by then.
    if (isDrainOver(this.#lifecycle.state)) return this.#begin()
    await this.#lifecycle.shutdown('app.close() was called')
    const { hooksTimeoutMs } = this.#lifecycle.options
    if (!this.#closed) {
      throw new LastcallError('LASTCALL_TIMEOUT', [
        `preClose and onClose hooks did not finish within hooksTimeoutMs (${hooksTimeoutMs}); ` +
          'make the stop hooks shorter or raise hooksTimeoutMs',
      ])
    }
    return this.#closing ?? undefined
  }

  /** Supports both of Fastify's forms: a promise, or a callback. */
  #replacement(app: FastifyApp) {
    return (callback?: (error?: unknown) => void): Promise<void> | FastifyApp => {
      const closed = this.#close()
      if (!callback) return closed
      // Calls back outside the promise, so an error of the callback is an exception and not a rejection.
      closed.then(
        () => process.nextTick(callback),
        (error: unknown) => process.nextTick(callback, error),
      )
      return app
    }
  }
}
