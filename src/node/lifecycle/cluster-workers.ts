import cluster, { type Worker } from 'node:cluster'
import { LastcallError } from '../../core/errors.ts'
import type { SignalName } from '../../core/options.ts'
import type { Lifecycle } from '../types.ts'
import { servesElsewhere } from './serves-elsewhere.ts'

/**
 * Makes the lifecycle of a cluster's primary wait for its workers, each of which drains its own connections
 * with a lifecycle of its own. The workers get
 * the signal once; Ctrl-C, which they get from the terminal as well, is one signal to them. Readiness is red
 * until a worker listens. The exit code
 * is 1 when a worker's was not 0.
 *
 * A primary that ended first would take its workers with it (Node.js, lib/internal/cluster/child.js: they
 * exit when it disconnects), and a worker that
 * disconnects before it is drained loses what is handed over to it meanwhile: neither is done here.
 * @throws LastcallError `LASTCALL_INVALID_OPTIONS` in a worker
 * @example
 * ```ts
 * import cluster from 'node:cluster'
 * import { createServer } from 'node:http'
 * import { createLifecycle, drainWorkers } from 'lastcall'
 *
 * const lifecycle = createLifecycle()
 * if (cluster.isPrimary) {
 *   for (let i = 0; i < 4; i++) cluster.fork()
 *   drainWorkers(lifecycle)
 * } else {
 *   lifecycle.serve(createServer((_, response) => response.end('hello')).listen(8080))
 * }
 * await lifecycle.start()
 * ```
 */
export function drainWorkers(lifecycle: Lifecycle): void {
  if (!cluster.isPrimary) {
    throw new LastcallError('LASTCALL_INVALID_OPTIONS', [
      'drainWorkers: this process is a worker; call it in the primary, and serve() in workers',
    ])
  }
  new Workers(lifecycle).install()
}

/** The primary starts to wait this long before the workers' drain timeout. */
const HEAD_START_MS = 50

class Workers {
  readonly #lifecycle: Lifecycle
  readonly #listening = new Set<Worker>()
  readonly #failures: string[] = []
  #signal: SignalName | null = null
  #onGone = (): void => {}

  constructor(lifecycle: Lifecycle) {
    this.#lifecycle = lifecycle
  }

  install(): void {
    cluster.on('listening', (worker) => this.#listening.add(worker))
    cluster.on('exit', (worker, code, signal) => this.#onExit(worker, code, signal))
    // One that is forked in the middle of a shutdown has nothing to begin.
    cluster.on('online', (worker) => this.#pass(worker))
    const lifecycle = this.#lifecycle
    servesElsewhere.add(lifecycle)
    lifecycle.check('workers', () => this.#listening.size > 0)
    lifecycle.on('shutdownInitiated', (event) => {
      this.#signal = 'reason' in event && event.reason === 'SIGINT' ? 'SIGINT' : 'SIGTERM'
      // A shutdown from the start has no drain that could be held.
      if (event.state !== 'stopping') this.#holdDrain()
      for (const worker of running()) this.#pass(worker)
    })
    lifecycle.onStop('workers', () => this.#end())
  }

  #pass(worker: Worker): void {
    const { process: child } = worker
    if (this.#signal !== null) child.kill(this.#signal as NodeJS.Signals)
  }

  #onExit(worker: Worker, code: number | null, signal: string | null): void {
    const served = this.#listening.delete(worker)
    if (this.#signal === null) return
    // A worker that has not begun to listen has nothing to lose.
    const failed = signal === null ? code !== 0 : served || signal !== this.#signal
    if (failed) this.#failures.push(`worker ${worker.id} ended with ${signal ?? code}`)
    if (running().length === 0) this.#onGone()
  }

  /**
   * Their drain and their stop hooks run while this process is in its drain, then in its stop hooks: the sum
   * is the same.
   */
  #holdDrain(): void {
    const hold = this.#lifecycle.hold('workers')
    const release = (): void => hold[Symbol.dispose]()
    if (running().length === 0) return release()
    this.#onGone = release
    this.#lifecycle.on('shutdownDelayElapsed', () => {
      setTimeout(release, Math.max(0, this.#lifecycle.options.drainTimeoutMs - HEAD_START_MS)).unref()
    })
  }

  async #end(): Promise<void> {
    if (running().length > 0) await new Promise<void>((resolve) => (this.#onGone = resolve))
    if (this.#failures.length > 0) throw new Error(this.#failures.join(', '))
  }
}

function running(): readonly Worker[] {
  return Object.values(cluster.workers ?? {}).filter(
    (worker) => worker !== undefined && !worker.isDead(),
  ) as Worker[]
}
