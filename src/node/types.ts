import type { Http2SecureServer, Http2Server } from 'node:http2'
import type { IncomingMessage, Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { Server as NetServer } from 'node:net'
import type { Duplex } from 'node:stream'
import type { EventName, LifecycleEvent } from '../core/event.ts'
import type { Report } from '../core/report.ts'
import type { StateName } from '../core/state.ts'
import type { ResolvedOptions, SignalName } from '../core/options.ts'
import type { Snapshot } from './snapshot-types.ts'
import type { AnyResponse } from './streams/response-signals.ts'
import type { Hold, WorkerStop } from './work-types.ts'

export type { ServerSnapshot, Snapshot } from './snapshot-types.ts'

/** A server that a lifecycle can drain. */
export type ServableServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer | NetServer

/**
 * Performs the close handshake of a protocol that lastcall does not know. The connection was upgraded (called
 * with its request after the 101 is written), is raw TCP (null), or was upgraded before `serve()` (null).
 * lastcall awaits a returned promise; the connection stays open until either side ends it or the drain times
 * out. An error ends only this connection.
 */
export type CloseHandshake = (socket: Duplex, request: IncomingMessage | null) => unknown

/** Options of `serve()`. */
export interface ServeOptions {
  /**
   * Label of the server in metrics and reports. `main` for the first server, then `server-2` and so on; the
   * label of a closed server is used again.
   * @default 'main', then 'server-2'
   */
  readonly name?: string
  /**
   * Called in the drain for each upgraded or raw connection. Without it, WebSockets get a close frame 1001
   * (RFC 6455 §7.4.1), and lastcall does not keep their upgrade requests in memory.
   */
  readonly closeHandshake?: CloseHandshake
}

/** Options of `onStop()`. */
export interface HookOptions {
  /**
   * Milliseconds that this hook may take, at most what is left of `hooksTimeoutMs`.
   * @default what is left of hooksTimeoutMs
   */
  readonly timeoutMs?: number
}

/** A stop hook. The signal is aborted when the hook's time is over. */
export type StopHook = (signal: AbortSignal) => unknown

/** Options of `check()`. */
export interface CheckOptions {
  /**
   * Milliseconds the check may take. `checkTimeoutMs`.
   * @default checkTimeoutMs
   */
  readonly timeoutMs?: number
  /**
   * Whether liveness runs this check as well. Use it only for failures that a restart of the process fixes.
   * false.
   * @default false
   */
  readonly liveness?: boolean
}

/**
 * A check fails when it throws, rejects, returns false or takes too long. Its signal is aborted when its time
 * is over. It is not called again before its last result has settled.
 */
export type Check = (signal: AbortSignal) => unknown

/** The answer of an endpoint of the probe server. */
export interface EndpointAnswer {
  readonly contentType: string
  readonly body: string
}

/** An event as listeners get it: what happened, and the state after it. */
export type ObservedEvent = LifecycleEvent & { readonly state: StateName }

/** The life of one process, from its start to its last response. Created by `createLifecycle`. */
export interface Lifecycle extends AsyncDisposable {
  readonly state: StateName
  readonly options: ResolvedOptions
  /**
   * Aborted in the drain, as soon as every listener is closed. For event streams and long polls: their
   * clients reconnect at once, and must not reach this process again.
   */
  readonly signal: AbortSignal
  /**
   * Aborted `deadlineNoticeMs` before the drain timeout, and when the exit is forced. A job can then save its
   * progress or return to its queue. Not aborted when all work finishes in time.
   */
  readonly deadlineSignal: AbortSignal
  /**
   * A signal for one response: aborted with `signal`, and when the response closes because it has ended or
   * its client has gone.
   * @throws LastcallError `LASTCALL_INVALID_OPTIONS`
   */
  signalFor(response: AnyResponse): AbortSignal
  /** Address of the probe server; null before `start()` and without a probe server. */
  readonly probeAddress: { readonly host: string; readonly port: number } | null
  /**
   * Drains this server in the shutdown. Call it before or after `listen`, for any number of servers; each
   * server belongs to one lifecycle. A second call does nothing and ignores its options. A closed server is
   * let go, and served again when it listens again.
   * @throws LastcallError `LASTCALL_NOT_A_SERVER`, `LASTCALL_SERVER_TAKEN` when another lifecycle serves it,
   *   `LASTCALL_DUPLICATE_NAME`, `LASTCALL_INVALID_OPTIONS` for an invalid name or close handshake
   * @returns the server
   */
  serve<T extends ServableServer>(server: T, options?: ServeOptions): T
  /**
   * Runs this hook after the last response. The hook registered last runs first.
   * @throws LastcallError `LASTCALL_DUPLICATE_NAME`, `LASTCALL_INVALID_OPTIONS`
   */
  onStop(name: string, hook: StopHook, options?: HookOptions): Disposable
  /**
   * Runs this check at every readiness probe. A failing check makes the answer 503.
   * @throws LastcallError `LASTCALL_DUPLICATE_NAME`, `LASTCALL_INVALID_OPTIONS`
   */
  check(name: string, check: Check, options?: CheckOptions): Disposable
  /**
   * Adds a GET endpoint at this path of the probe server.
   * @throws LastcallError `LASTCALL_DUPLICATE_NAME`, `LASTCALL_INVALID_OPTIONS`
   */
  endpoint(path: string, answer: () => EndpointAnswer | Promise<EndpointAnswer>): Disposable
  /**
   * Adds a worker: something that takes work without being asked by a client, such as a queue consumer or a
   * scheduler. lastcall calls `stop` once, as soon as the shutdown begins, so the worker takes nothing new
   * during the shutdown delay. The drain waits for its promise. At the drain timeout the worker is let go,
   * named in the report and counted as a forced close. A `stop` that fails makes the exit code 1. Under
   * `lastcall run` the workers of two generations overlap: the old ones work on until their drain.
   * @param name names it in the report
   * @throws LastcallError `LASTCALL_DUPLICATE_NAME`, `LASTCALL_INVALID_OPTIONS`
   * @returns removes the worker, before the shutdown
   */
  worker(name: string, stop: WorkerStop): Disposable
  /**
   * Runs this hook when the supervisor (`lastcall run`) gets the signal, before or after it acts on it. The
   * supervisor waits for the hook, at most 5 s. Without a supervisor the hook never runs. A failing hook is
   * logged and prevents nothing.
   * @param hook runs within `hooksTimeoutMs`
   * @throws LastcallError `LASTCALL_INVALID_OPTIONS`
   * @returns removes the hook
   */
  onSignal(signal: SignalName, when: 'before' | 'after', hook: () => unknown): Disposable
  /**
   * Keeps the drain open for one piece of work, until it is released or the promise settles. At the drain
   * timeout it is let go and counted as a forced close.
   * @param label names it in the report; need not be unique
   * @param until releases the hold when it settles; a rejection is logged and, in the shutdown, makes the
   *   exit code 1
   * @throws LastcallError `LASTCALL_INVALID_OPTIONS` for a label that is empty or not a text, and for a value
   *   that is not a promise
   */
  hold(label: string, until?: PromiseLike<unknown>): Hold
  /** Reverts `unready()`. During the start it also ends the wait for servers that do not listen yet. */
  ready(): void
  /**
   * Makes readiness answer 503 until `ready()`. Before or during the start it delays the end of the start.
   */
  unready(reason: string): void
  /**
   * Installs the signal handlers and opens the probe server; nothing happens before. The process becomes
   * ready as soon as every served server listens.
   * @throws LastcallError `LASTCALL_PROBE_PORT`, `LASTCALL_ALREADY_STARTED`, `LASTCALL_ALREADY_SHUT_DOWN`
   */
  start(): Promise<void>
  /**
   * Begins the shutdown, or joins the running one; the first reason counts. Resolves to the report and never
   * rejects.
   */
  shutdown(reason?: string): Promise<Report>
  /**
   * Calls the listener at every event of this name. An error that it throws or rejects with is logged and
   * changes nothing.
   * @throws LastcallError `LASTCALL_INVALID_OPTIONS` for an unknown event name or a listener that is not a
   *   function
   */
  on(event: EventName, listener: (event: ObservedEvent) => void): Disposable
  /**
   * Resolves to the next event of this name, or to the past one if it can happen only once. Stays pending
   * when the event never comes.
   * @throws LastcallError `LASTCALL_INVALID_OPTIONS` for an unknown event name; thrown at once, not as a
   *   rejection
   */
  once(event: EventName): Promise<ObservedEvent>
  /** Present numbers, for metrics. */
  snapshot(): Snapshot
}
