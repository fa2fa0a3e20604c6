import cluster, { type Worker } from 'node:cluster'
import { LastcallError } from '../../core/errors.ts'
import type { SignalName } from '../../core/options.ts'
import type { Lifecycle } from '../types.ts'
import { servesElsewhere } from './serves-elsewhere.ts'

/**
 * Makes the lifecycle of a cluster's primary wait for its workers. Each worker drains its own connections
 * with its own lifecycle. The primary sends the signal to each worker once; Ctrl-C, which workers also get
 * from the terminal, counts as one signal. Readiness is red until a worker listens. The exit code is 1 when a
 * worker's was not 0.
 *
 * If the primary ended first, its workers would end with it (Node.js, lib/internal/cluster/child.js: they
 * exit when it disconnects). If a worker disconnected before its drain, it would lose connections that are
 * being handed to it. So neither happens.
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
    // A worker forked during a shutdown gets the signal at once.
    cluster.on('online', (worker) => this.#pass(worker))
    const lifecycle = this.#lifecycle
    servesElsewhere.add(lifecycle)
    lifecycle.check('workers', () => this.#listening.size > 0)
    lifecycle.on('shutdownInitiated', (event) => {
      this.#signal = 'reason' in event && event.reason === 'SIGINT' ? 'SIGINT' : 'SIGTERM'
      // A shutdown that begins during the start has no drain to hold.
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
    // A worker that never listened has no clients to lose.
    const failed = signal === null ? code !== 0 : served || signal !== this.#signal
    if (failed) this.#failures.push(`worker ${worker.id} ended with ${signal ?? code}`)
    if (running().length === 0) this.#onGone()
  }

  /**
   * The workers run their drain and their stop hooks while this process is in its own drain and stop hooks.
   * So the sum of the times stays the same.
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
