import cluster from 'node:cluster'
import { subscribe } from 'node:diagnostics_channel'
import { Server } from 'node:net'
import { isMainThread } from 'node:worker_threads'
import { DEFAULT_SIGNALS } from '../../core/defaults.ts'
import type { SignalName } from '../../core/options.ts'
import { Coordinator } from './coordinator.ts'
import { SignalGate } from './signal-gate.ts'

/** Set once it is installed: it may be imported twice, from two copies. */
const installed = Symbol.for('lastcall.auto')

// Node publishes every listen() here, whoever calls it, from ESM or CommonJS, patched or not
// (Node docs, diagnostics_channel, "net.Server"; experimental, so the tests hold every Node line to it).
const listenCalled = 'tracing:net.server.listen:asyncStart'
const listening = 'tracing:net.server.listen:asyncEnd'

interface ListenMessage {
  readonly server: Server
  readonly options?: { readonly port?: number | string; readonly path?: string }
}

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

class Auto {
  readonly #gate = new SignalGate(DEFAULT_SIGNALS, (signal) => this.#take(signal))
  readonly #internal = new WeakSet<Server>()
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
    if (process.pid === 1 && !handled) return this.#make()?.take(signal) ?? false
    if (handled && signal === 'SIGTERM') this.#earlySignal = signal
    return false
  }

  #onListenCalled({ server, options }: ListenMessage): void {
    if (isInternal(server, options)) this.#internal.add(server)
    this.#coordinator?.notice(server)
  }

  #onListening({ server }: ListenMessage): void {
    if (this.#internal.has(server)) return
    this.#make()?.adopt(server)
  }

  #make(): Coordinator | null {
    if (this.#yielded) return null
    if (this.#coordinator) return this.#coordinator
    this.#making = true
    try {
      this.#coordinator = new Coordinator(this.#gate, DEFAULT_SIGNALS, environment())
    } finally {
      this.#making = false
    }
    if (this.#earlySignal) this.#coordinator.remember(this.#earlySignal)
    return this.#coordinator
  }

  #yield(): void {
    if (this.#making) return
    this.#yielded = true
    if (this.#coordinator) this.#coordinator.yield()
    else this.#gate.disarm()
  }
}

/** A worker of a cluster would share the probe port with its siblings: each probe would reach another of them. */
function environment(): NodeJS.ProcessEnv {
  return cluster.isWorker ? { ...process.env, LASTCALL_PROBE_PORT: 'false' } : process.env
}

/**
 * A raw server on a path, or on any free port of the loopback address, is a program's talk with itself (workers, tools, debuggers): its connections
 * end with the process, and nobody outside waits for them.
 */
function isInternal(server: Server, options: ListenMessage['options']): boolean {
  if (server.constructor !== Server) return false
  const { port, path, host } = (options ?? {}) as { port?: unknown; path?: unknown; host?: unknown }
  const loopback = /^(localhost|127\.|::1$)/.test(String(host ?? ''))
  return path !== undefined || (Number(port ?? 0) === 0 && loopback)
}
