/** The hole that a run has to be able to see before it may be called passed. */
export const WANTED_HOLE_MS = 100

/** -ln(1 - 0.99) */
const FACTOR_FOR_99_PERCENT = 4.6

/**
 * The smallest hole in milliseconds that new connections meet with 99 % certainty. A hole of `w` seconds at one of `endpoints` pods is missed by every one of
 * `rate` connections per second with probability exp(-rate * w / endpoints) (random choice of the endpoint, Poisson). Infinity without connections.
 */
export function smallestHoleMs(connectionsPerSecond: number, endpoints: number): number {
  return (FACTOR_FOR_99_PERCENT * endpoints * 1_000) / connectionsPerSecond
}

/** Connections per second at which a hole of {@link WANTED_HOLE_MS} is met with 99 % certainty. */
export function wantedRate(endpoints: number): number {
  return (FACTOR_FOR_99_PERCENT * endpoints * 1_000) / WANTED_HOLE_MS
}
