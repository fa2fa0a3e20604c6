/**
 * Creates a lifecycle, and defines its types.
 * @module lastcall
 */
export { drainWorkers } from './node/lifecycle/cluster-workers.ts'
export {
  type EventFields,
  eventStream,
  type EventStream,
  type EventStreamOptions,
} from './node/streams/event-stream.ts'
export { createLifecycle } from './node/lifecycle/create-lifecycle.ts'
export { listen } from './node/supervised/listen.ts'
export type { ListenOptions } from './node/supervised/listen-options.ts'
export type { AnyResponse } from './node/streams/response-signals.ts'
export { type ErrorCode, LastcallError } from './core/errors.ts'
export type { EventName, LifecycleEvent } from './core/event.ts'
export type { InFlightKind } from './core/in-flight.ts'
export type { Logger } from './core/logger.ts'
export type { LifecycleOptions, ResolvedOptions, SignalName } from './core/options.ts'
export type {
  EarlyExit,
  ForcedClose,
  HookResult,
  Report,
  ReportedEvent,
  UncaughtError,
  UncaughtKind,
} from './core/report.ts'
export type { StateName } from './core/state.ts'
export type {
  Check,
  CheckOptions,
  EndpointAnswer,
  HookOptions,
  Lifecycle,
  ObservedEvent,
  ServableServer,
  ServeOptions,
  ServerSnapshot,
  Snapshot,
  StopHook,
} from './node/types.ts'
export type { Hold, WorkerStop } from './node/work-types.ts'
