import { inFlightKinds } from '../../core/in-flight.ts'
import { shutdownPhases, stateNames } from '../../core/state.ts'
import type { Snapshot } from '../types.ts'

/** One sample of a metric. */
export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/**
 * A metric of lastcall: its name without the prefix, and a function that reads its samples from a snapshot.
 */
export interface MetricDefinition {
  readonly name: string
  readonly help: string
  readonly type: 'gauge' | 'counter'
  /** How prom-client's cluster registry combines the values of several workers. */
  readonly aggregator: 'sum' | 'min' | 'max'
  readonly samples: (snapshot: Snapshot) => readonly MetricSample[]
}

/**
 * A moment that is not known yet has no sample: 0 would mean 1970 in every subtraction (kube-state-metrics
 * leaves such series out, too).
 */
const seconds = (ms: number | null): readonly MetricSample[] =>
  ms === null ? [] : [{ labels: {}, value: ms / 1_000 }]

/**
 * Every metric of a lifecycle, by its name in Prometheus. Counters and durations exist from the first scrape,
 * as 0: a series that first appears with the event it counts is useless in a rate (Prometheus,
 * "Instrumentation", missing metrics).
 */
export const metricTable: readonly MetricDefinition[] = [
  {
    name: 'requests_in_flight',
    help: 'Requests, HTTP/2 streams and upgraded connections that are being answered, by server.',
    type: 'gauge',
    aggregator: 'sum',
    samples: ({ servers }) =>
      servers.flatMap(({ name, inFlight }) =>
        Object.entries(inFlight).map(([kind, value]) => ({ labels: { server: name, kind }, value })),
      ),
  },
  {
    name: 'oldest_in_flight_seconds',
    help: 'Age of the oldest request, HTTP/2 stream or upgraded connection that is being answered, by server. 0 without any.',
    type: 'gauge',
    aggregator: 'max',
    samples: ({ servers }) =>
      servers.flatMap(({ name, oldestInFlightMs }) =>
        Object.entries(oldestInFlightMs).map(([kind, ms]) => ({
          labels: { server: name, kind },
          value: ms / 1_000,
        })),
      ),
  },
  {
    name: 'work_in_flight',
    help: 'Work other than requests that keeps the drain open: holds, and during the shutdown workers that have not stopped.',
    type: 'gauge',
    aggregator: 'sum',
    samples: ({ workInFlight }) => [{ labels: {}, value: workInFlight }],
  },
  {
    name: 'connections',
    help: 'Open connections by server: active ones are in the middle of a request, idle ones are not.',
    type: 'gauge',
    aggregator: 'sum',
    samples: ({ servers }) =>
      servers.flatMap(({ name, connections }) =>
        Object.entries(connections).map(([state, value]) => ({ labels: { server: name, state }, value })),
      ),
  },
  {
    name: 'state',
    help: 'State of the lifecycle: 1 for the present state, 0 for all others.',
    type: 'gauge',
    aggregator: 'sum',
    samples: (snapshot) =>
      stateNames.map((state) => ({ labels: { state }, value: state === snapshot.state ? 1 : 0 })),
  },
  {
    name: 'shutdown_started_timestamp_seconds',
    help: 'When the shutdown began, in seconds since the epoch. Absent until then.',
    type: 'gauge',
    aggregator: 'min',
    samples: ({ shutdownStartedAt }) => seconds(shutdownStartedAt),
  },
  {
    name: 'shutdown_budget_left_seconds',
    help:
      'Time that the shutdown has left: until SIGKILL if the grace period is known, else until its last deadline. ' +
      'Absent unless a shutdown runs.',
    type: 'gauge',
    aggregator: 'min',
    samples: ({ budgetLeftMs }) => seconds(budgetLeftMs),
  },
  {
    name: 'phase_duration_seconds',
    help: 'Time spent in each phase of the shutdown, the present one up to now.',
    type: 'gauge',
    aggregator: 'max',
    samples: ({ phasesMs }) =>
      shutdownPhases.map((phase) => ({ labels: { phase }, value: (phasesMs[phase] ?? 0) / 1_000 })),
  },
  {
    name: 'requests_after_shutdown_total',
    help: 'Requests that arrived after the shutdown began, by the phase they arrived in.',
    type: 'counter',
    aggregator: 'sum',
    samples: ({ requestsAfterShutdown }) =>
      shutdownPhases.map((phase) => ({ labels: { phase }, value: requestsAfterShutdown[phase] ?? 0 })),
  },
  {
    name: 'forced_closes_total',
    help: 'What was force-closed because its time was over, by kind.',
    type: 'counter',
    aggregator: 'sum',
    samples: ({ forcedCloses }) =>
      inFlightKinds.map((kind) => ({ labels: { kind }, value: forcedCloses[kind] ?? 0 })),
  },
  {
    name: 'last_new_connection_timestamp_seconds',
    help: 'When the last new connection came, in seconds since the epoch. Absent until the first.',
    type: 'gauge',
    aggregator: 'max',
    samples: ({ lastNewConnectionAt }) => seconds(lastNewConnectionAt),
  },
]
