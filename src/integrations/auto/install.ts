import { subscribe } from 'node:diagnostics_channel'
import { createRequire } from 'node:module'
import type { Server } from 'node:net'
import { isMainThread } from 'node:worker_threads'
import { DEFAULT_SIGNALS } from '../../core/defaults.ts'
import type { SignalName } from '../../core/options.ts'
import type { coordinate, Coordinator } from './coordinator.ts'
import type { ListenedTo } from './internal-server.ts'
import { SignalGate } from './signal-gate.ts'

/** Set once it is installed: it may be imported twice, from two copies. */
const installed = Symbol.for('lastcall.auto')

// Node publishes every listen() here, whoever calls it, from ESM or CommonJS, patched or not
// (Node docs, diagnostics_channel, "net.Server"; experimental, so the tests hold every Node line to it).
const listenCalled = 'tracing:net.server.listen:asyncStart'
const listening = 'tracing:net.server.listen:asyncEnd'

/**
 * Makes this process drain the servers that its application listens with. Until the first of them listens nothing happens and signals are what they
 * were; worker threads, which get no signals, are left alone.
 */
export function installAuto(): void {
  const flags = globalThis as { [installed]?: true }
  if (!isMainThread || flags[installed]) return
  flags[installed] = true
  new Auto().install()
}

/** Waits for the first server, in as little code as possible: it is loaded into every program that inherits the environment. */
class Auto {
  readonly #gate = new SignalGate(DEFAULT_SIGNALS, (signal) => this.#take(signal))
  readonly #listenedTo = new WeakMap<Server, ListenedTo>()
  #coordinator: Coordinator | null = null
  #making = false
  #yielded = false
  #earlySignal: SignalName | null = null

  install(): void {
    this.#gate.install()
    // As the first process of a container it would not react to a signal at all without a handler (pid_namespaces(7)).
    if (process.pid === 1) this.#gate.arm()
    subscribe(listenCalled, (message) => this.#onListenCalled(message as ListenMessage))
    subscribe(listening, (message) => this.#onListening(message as ListenMessage))
    subscribe('lastcall:lifecycle:created', () => this.#yield())
  }

  #take(signal: SignalName): boolean {
    if (this.#coordinator) return this.#coordinator.take(signal)
    const handled = process.listenerCount(signal) > 0
    if (process.pid === 1 && !handled) return this.#coordinate()?.take(signal) ?? false
    if (handled && signal === 'SIGTERM') this.#earlySignal = signal
    return false
  }

  #onListenCalled({ server, options }: ListenMessage): void {
    if (options) this.#listenedTo.set(server, options)
    this.#coordinator?.notice(server)
  }

  #onListening({ server }: ListenMessage): void {
    this.#coordinate()?.adopt(server, this.#listenedTo.get(server) ?? {})
  }

  #coordinate(): Coordinator | null {
    if (this.#yielded || this.#making) return null
    if (this.#coordinator) return this.#coordinator
    this.#making = true
    try {
      this.#coordinator = loadCoordinator()(this.#gate, this.#earlySignal)
    } finally {
      this.#making = false
    }
    return this.#coordinator
  }

  #yield(): void {
    if (this.#making) return
    this.#yielded = true
    if (this.#coordinator) this.#coordinator.yield()
    else this.#gate.disarm()
  }
}

interface ListenMessage {
  readonly server: Server
  readonly options?: ListenedTo
}

/**
 * The lifecycle needs all of http, https and http2, which take longer to load than many a program runs. It is there in time only when it is loaded in
 * one go: `listen()` has just been called, and the first connection comes with the next turn of the event loop.
 */
function loadCoordinator(): typeof coordinate {
  const here = import.meta.url
  const file = here.endsWith('.ts') ? './coordinator.ts' : './coordinator.js'
  return (createRequire(here)(file) as { coordinate: typeof coordinate }).coordinate
}
