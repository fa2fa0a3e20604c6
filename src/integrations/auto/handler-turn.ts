import { DEFAULT_SIGNALS } from '../../core/defaults.ts'
import type { Logger } from '../../core/logger.ts'
import type { SignalName } from '../../core/options.ts'
import type { Lifecycle } from '../../node/types.ts'
import type { AdoptedServers } from './adopted-servers.ts'
import { runApplicationHandlers } from './application-handlers.ts'
import type { AutoSettings } from './auto-settings.ts'
import { type Addresses, forgiveClose } from './close-callback.ts'
import { ExitGate } from './exit-gate.ts'
import { holdClose } from './held-close.ts'

const name = 'application handlers'

/**
 * Decides when the application's signal handlers run in a shutdown: after the drain, as a stop hook, or at
 * the signal, as a worker. As a worker they have the drain's time, and their exits and closes are delayed.
 */
export class HandlerTurn {
  readonly exits: ExitGate = new ExitGate(DEFAULT_SIGNALS)
  readonly #moment: AutoSettings['handlers']
  readonly #logger: Logger
  #signal: SignalName | null
  /** Whether the application already got the signal, before anything listened. */
  readonly #called: boolean
  #wereListening: Addresses = new Map()

  /** @param early a signal that came before anything listened */
  constructor(moment: AutoSettings['handlers'], logger: Logger, early: SignalName | null) {
    this.#moment = moment
    this.#logger = logger
    this.#signal = early
    this.#called = early !== null
  }

  /** The signal that began the shutdown. */
  get signal(): SignalName | null {
    return this.#signal
  }

  /**
   * Takes back a signal that the application has not received and that waits for a start which will not come.
   */
  takeBack(): SignalName | null {
    if (this.#called) return null
    const signal = this.#signal
    this.#signal = null
    return signal
  }

  /** Notes a signal. The first one counts. */
  note(signal: SignalName): void {
    this.#signal ??= signal
  }

  /** Registers the handlers at their moment. */
  register(lifecycle: Lifecycle): void {
    if (this.#moment === 'signal') lifecycle.worker(name, () => this.#run())
    else lifecycle.onStop(name, () => this.#run())
  }

  /**
   * The shutdown begins. From now on the handlers must not be able to close connections with requests in
   * flight.
   */
  begin(servers: AdoptedServers): void {
    this.#wereListening = servers.addresses()
    if (this.#moment === 'signal' && this.#signal !== null) holdClose(servers.listening())
  }

  /**
   * Whether the application may now end by leaving its event loop without work. Timers must not keep it alive
   * then.
   */
  isAwaited(state: Lifecycle['state']): boolean {
    return state === 'stopping' || (state === 'draining' && this.#moment === 'signal')
  }

  async #run(): Promise<void> {
    if (this.#signal === null) return
    forgiveClose(this.#wereListening)
    await runApplicationHandlers({
      signal: this.#signal,
      called: this.#called,
      exits: this.exits,
      logger: this.#logger,
    })
  }
}
