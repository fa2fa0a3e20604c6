import type { ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import type { Server } from 'node:net'
import { DEFAULT_SIGNALS } from '../../core/defaults.ts'
import type { SignalName } from '../../core/options.ts'
import { supervised } from '../../node/supervised/supervised.ts'
import type { Coordinator } from './coordinator.ts'
import { HandedConnections } from './handed-connections.ts'
import { watchListen } from './inherited-listen.ts'
import type { ListenedTo } from './internal-server.ts'
import { CoordinatorModule } from './load-coordinator.ts'
import { SignalGate } from './signal-gate.ts'

/** Set after the installation, because two copies may be imported. */
const installed = Symbol.for('lastcall.auto')

// Node publishes every child process that it starts here (Node docs, diagnostics_channel, "Process").
const childMade = 'child_process'

// Node publishes every listen() here, from ESM or CommonJS, patched or not (Node docs, diagnostics_channel,
// "net.Server"). The channel is experimental, so tests check it on every Node line.
const listenCalled = 'tracing:net.server.listen:asyncStart'
const listening = 'tracing:net.server.listen:asyncEnd'

/**
 * Makes this process drain the servers that its application listens with. Before the first server listens,
 * nothing happens and signals work as usual. For the main thread: worker threads get no signals.
 */
export function installAuto(): void {
  const flags = globalThis as { [installed]?: true }
  if (flags[installed]) return
  flags[installed] = true
  new Auto().install()
}

/**
 * Waits for the first server with as little code as possible: every program that inherits the environment
 * loads it.
 */
class Auto {
  readonly #gate = new SignalGate(DEFAULT_SIGNALS, (signal) => this.#take(signal))
  readonly #handed = new HandedConnections((server) => this.#onHanded(server))
  readonly #listenedTo = new WeakMap<Server, ListenedTo>()
  readonly #module = new CoordinatorModule()
  #coordinator: Coordinator | null = null
  #making = false
  #yielded = false
  #earlySignal: SignalName | null = null
  /** A signal that came while a server began to listen, or while the coordinator was loading. */
  #heldSignal: SignalName | null = null

  install(): void {
    this.#gate.install()
    // The first process of a container ignores a signal for which it has no handler (pid_namespaces(7)).
    if (process.pid === 1) this.#gate.arm()
    subscribe(listenCalled, (message) => this.#onListenCalled(message as ListenMessage))
    subscribe(listening, (message) => this.#onListening(message as ListenMessage))
    const generation = supervised()
    if (generation) {
      watchListen()
      generation.onTaken((server) => this.#onListening({ server }))
    }
    subscribe('lastcall:lifecycle:created', () => this.#yield())
    subscribe(childMade, (message) => this.#onChildMade((message as ChildMessage).process))
    // A process whose parent can send it sockets may never listen itself.
    if (process.connected) this.#handed.watch()
    this.#module.prepare()
  }

  #take(signal: SignalName): boolean {
    const handled = process.listenerCount(signal) > 0
    if (this.#coordinator) {
      if (this.#coordinator.take(signal)) return true
    } else {
      if (process.pid === 1 && !handled) return this.#coordinate()?.take(signal) ?? false
      if (handled && signal === 'SIGTERM') this.#earlySignal = signal
    }
    if (handled || !this.#gate.isHeld) return false
    this.#heldSignal = signal
    return true
  }

  #onListenCalled({ server, options }: ListenMessage): void {
    // The kernel accepts connections before Node reports that the server listens. That happens in this turn,
    // or later after a name lookup.
    const hold = this.#gate.hold()
    setImmediate(() => this.#letGo(hold))
    if (options) this.#listenedTo.set(server, options)
    this.#coordinator?.notice(server, options ?? {})
  }

  #onListening({ server }: ListenMessage): void {
    this.#whenLoaded((coordinator) => coordinator.adopt(server, this.#listenedTo.get(server) ?? {}))
  }

  #onHanded(server: Server): void {
    this.#whenLoaded((coordinator) => coordinator.adoptHanded(server))
  }

  /**
   * A primary whose workers listen on a shared handle (`SCHED_NONE`) calls no listen(). The signal would end
   * it, and its workers with it. The workers report that they listen in an internal message of Node's
   * (lib/internal/cluster/child.js, 22 to 26).
   */
  #onChildMade(child: ChildProcess): void {
    child.on('internalMessage', ({ cmd, act }: { readonly cmd?: unknown; readonly act?: unknown } = {}) => {
      if (cmd !== 'NODE_CLUSTER' || act !== 'listening') return
      this.#whenLoaded((coordinator) => coordinator.adoptWorkers())
    })
  }

  /**
   * Connections already arrive while the coordinator is loading. A signal in that time must not end the
   * process, so it waits.
   */
  #whenLoaded(act: (coordinator: Coordinator) => void): void {
    if (this.#yielded) return
    const hold = this.#gate.hold()
    this.#module.whenLoaded(() => {
      const coordinator = this.#coordinate()
      if (coordinator) act(coordinator)
      this.#letGo(hold)
    })
  }

  /** Raises a held signal again, for the coordinator or for its default action. */
  #letGo(hold: Disposable): void {
    hold[Symbol.dispose]()
    if (this.#heldSignal === null || this.#gate.isHeld) return
    process.kill(process.pid, this.#heldSignal)
    this.#heldSignal = null
  }

  #coordinate(): Coordinator | null {
    if (this.#yielded || this.#making) return null
    if (this.#coordinator) return this.#coordinator
    const coordinate = this.#module.get()
    if (coordinate === null) return null
    this.#making = true
    try {
      this.#coordinator = coordinate({ gate: this.#gate, handed: this.#handed, early: this.#earlySignal })
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
    this.#handed[Symbol.dispose]()
  }
}

interface ChildMessage {
  readonly process: ChildProcess
}

interface ListenMessage {
  readonly server: Server
  readonly options?: ListenedTo
}
