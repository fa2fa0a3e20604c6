import type { Http2SecureServer, Http2Server } from 'node:http2'
import type { IncomingMessage, Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { Server as NetServer } from 'node:net'
import type { Duplex } from 'node:stream'
import type { EventName, LifecycleEvent } from '../core/event.ts'
import type { InFlightKind, ServedCounts } from '../core/in-flight.ts'
import type { Report } from '../core/report.ts'
import type { StateName } from '../core/state.ts'
import type { ResolvedOptions } from '../core/options.ts'
import type { AnyResponse } from './streams/response-signals.ts'
import type { Hold, WorkerStop } from './work-types.ts'

/** A server that a lifecycle can be asked to drain. */
export type ServableServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer | NetServer

/**
 * Does the close handshake on a connection whose protocol lastcall does not speak: one that was upgraded
 * (with its request, from the moment its 101 is written), raw TCP (with null), or one that was upgraded
 * before `serve()` (with null). A promise that it returns is awaited; the connection stays open until either
 * side ends it or the drain times out. What it throws ends this connection only.
 */
export type CloseHandshake = (socket: Duplex, request: IncomingMessage | null) => unknown

/** Options of `serve()`. */
export interface ServeOptions {
  /**
   * Label of the server in metrics and reports. `main` for the first, `server-2` and so on; that of a closed
   * server is given again.
   * @default 'main', then 'server-2'
   */
  readonly name?: string
  /**
   * Called in the drain for each upgraded or raw connection. Without it WebSockets get a close frame 1001
   * (RFC 6455 §7.4.1), and the requests that upgraded them are not kept in memory.
   */
  readonly closeHandshake?: CloseHandshake
}

/** Options of `onStop()`. */
export interface HookOptions {
  /**
   * Milliseconds that this hook may take; what is left of `hooksTimeoutMs` when shorter.
   * @default what is left of hooksTimeoutMs
   */
  readonly timeoutMs?: number
}

/** A stop hook. The signal is aborted when its time is over. */
export type StopHook = (signal: AbortSignal) => unknown

/** Options of `check()`. */
export interface CheckOptions {
  /**
   * Milliseconds the check may take. `checkTimeoutMs`.
   * @default checkTimeoutMs
   */
  readonly timeoutMs?: number
  /**
   * Whether liveness asks it as well: only for what a restart of this process would fix. false.
   * @default false
   */
  readonly liveness?: boolean
}

/**
 * A check passes unless it throws, rejects, returns false or takes too long. Its signal is aborted when its
 * time is over; it is not called again before what it returned has settled.
 */
export type Check = (signal: AbortSignal) => unknown

/** What an endpoint of the probe server answers. */
export interface EndpointAnswer {
  readonly contentType: string
  readonly body: string
}

/** An event as listeners get it: what happened, and the state it led to. */
export type ObservedEvent = LifecycleEvent & { readonly state: StateName }

/** Numbers of one served server at this moment. */
export interface ServerSnapshot {
  readonly name: string
  /** Of the URLs that it answers, null for raw TCP. */
  readonly scheme: 'http' | 'https' | null
  readonly inFlight: ServedCounts
  /** Milliseconds since the oldest of each kind began; 0 when none is in flight. */
  readonly oldestInFlightMs: ServedCounts
  readonly connections: { readonly active: number; readonly idle: number }
  /** Wall-clock milliseconds; null when none has come yet. */
  readonly lastNewConnectionAt: number | null
}

/** Numbers of a lifecycle at this moment, for metrics. Times are wall-clock milliseconds. */
export interface Snapshot {
  readonly state: StateName
  /** The servers that are served now; not those that are closed. */
  readonly servers: readonly ServerSnapshot[]
  /**
   * When the last connection came to any server, one that is closed by now included. Null when none has come
   * yet.
   */
  readonly lastNewConnectionAt: number | null
  readonly shutdownStartedAt: number | null
  /** Holds that are not released and, in the shutdown, workers that have not stopped. */
  readonly workInFlight: number
  /**
   * Milliseconds that a running shutdown has left: until SIGKILL when a signal began it and `gracePeriodMs`
   * is known, else until its own last deadline. Below 0
   * when that is over; null when no shutdown runs.
   */
  readonly budgetLeftMs: number | null
  /** Milliseconds spent in each state of the shutdown, the present one up to now. */
  readonly phasesMs: Readonly<Partial<Record<StateName, number>>>
  readonly requestsAfterShutdown: Readonly<Partial<Record<StateName, number>>>
  readonly forcedCloses: Readonly<Partial<Record<InFlightKind, number>>>
}

/** The life of one process, from its start to the last answer. Made by `createLifecycle`. */
export interface Lifecycle extends AsyncDisposable {
  readonly state: StateName
  readonly options: ResolvedOptions
  /**
   * Aborted in the drain, as soon as every listener is closed: for event streams and long polls, whose
   * clients come back at once and must not come back here.
   */
  readonly signal: AbortSignal
  /**
   * Aborted `deadlineNoticeMs` before the drain timeout, and when the exit is forced: for a job that can save
   * where it is, or go back to its queue. Never aborted when all work is finished in time.
   */
  readonly deadlineSignal: AbortSignal
  /**
   * A signal for one response: aborted with `signal`, or when the response is closed because its client has
   * gone, or it was ended.
   * @throws LastcallError `LASTCALL_INVALID_OPTIONS`
   */
  signalFor(response: AnyResponse): AbortSignal
  /** Where the probe server listens, null before `start()` and without one. */
  readonly probeAddress: { readonly host: string; readonly port: number } | null
  /**
   * Drains this server in the shutdown. Before or after `listen`; any number of servers, each with one
   * lifecycle. Twice is once; the options of the second call are not used. A server that is closed is let go,
   * and followed again when it listens again.
   * @throws LastcallError `LASTCALL_NOT_A_SERVER`, `LASTCALL_SERVER_TAKEN` when another lifecycle serves it,
   *   `LASTCALL_DUPLICATE_NAME`,
   *   `LASTCALL_INVALID_OPTIONS` for a name or a close handshake that is none
   * @returns the server
   */
  serve<T extends ServableServer>(server: T, options?: ServeOptions): T
  /**
   * Runs this after the last response; the hook registered last runs first.
   * @throws LastcallError `LASTCALL_DUPLICATE_NAME`, `LASTCALL_INVALID_OPTIONS`
   */
  onStop(name: string, hook: StopHook, options?: HookOptions): Disposable
  /**
   * Asks this whenever readiness is probed; a check that fails makes the answer 503.
   * @throws LastcallError `LASTCALL_DUPLICATE_NAME`, `LASTCALL_INVALID_OPTIONS`
   */
  check(name: string, check: Check, options?: CheckOptions): Disposable
  /**
   * Answers GET on this path of the probe server.
   * @throws LastcallError `LASTCALL_DUPLICATE_NAME`, `LASTCALL_INVALID_OPTIONS`
   */
  endpoint(path: string, answer: () => EndpointAnswer | Promise<EndpointAnswer>): Disposable
  /**
   * Adds what takes work without being asked by a client: a queue consumer, a scheduler. `stop` is called
   * once, as soon as the shutdown begins, so that nothing new is taken during the shutdown delay. The drain
   * waits for its promise. At the drain timeout it is let go, named in the report and counted as a forced
   * close. A `stop` that fails makes the exit code 1.
   * @param name names it in the report
   * @throws LastcallError `LASTCALL_DUPLICATE_NAME`, `LASTCALL_INVALID_OPTIONS`
   * @returns takes it back, before the shutdown
   */
  worker(name: string, stop: WorkerStop): Disposable
  /**
   * Keeps the drain open for one piece of work, until it is released or the promise settles. At the drain
   * timeout it is let go, and counted as a forced close.
   * @param label names it in the report; need not be unique
   * @param until released when it settles; a rejection is logged and, in the shutdown, makes the exit code 1
   * @throws LastcallError `LASTCALL_INVALID_OPTIONS` for a label that is empty or no text, and for something
   *   that is no promise
   */
  hold(label: string, until?: PromiseLike<unknown>): Hold
  /**
   * Takes back `unready()`. In the start it also says that what is not listening yet need not be waited for.
   */
  ready(): void
  /** Makes readiness answer 503 until `ready()`. Before or during the start it holds the start. */
  unready(reason: string): void
  /**
   * Installs the signal handlers and opens the probe server; nothing happens before. Ready as soon as every
   * served server listens.
   * @throws LastcallError `LASTCALL_PROBE_PORT`, `LASTCALL_ALREADY_STARTED`, `LASTCALL_ALREADY_SHUT_DOWN`
   */
  start(): Promise<void>
  /**
   * Begins the shutdown, or joins the one that runs; the first reason counts. Resolves to the report and
   * never rejects.
   */
  shutdown(reason?: string): Promise<Report>
  /**
   * Calls the listener at every event of this name. What it throws or rejects with is logged and changes
   * nothing.
   * @throws LastcallError `LASTCALL_INVALID_OPTIONS` for a name that is no event's, and for a listener that
   *   is no function
   */
  on(event: EventName, listener: (event: ObservedEvent) => void): Disposable
  /**
   * The event of this name: the next one, or the one that was, for those that happen only once. Stays pending
   * when the event never comes.
   * @throws LastcallError `LASTCALL_INVALID_OPTIONS` for a name that is no event's; thrown at once, not by
   *   the promise
   */
  once(event: EventName): Promise<ObservedEvent>
  /** Numbers for metrics. */
  snapshot(): Snapshot
}
