/** A run must be able to detect an outage of this length before it may pass. */
export const WANTED_OUTAGE_MS = 100

/** No run claims to detect less, because event loops pause for some tens of milliseconds now and then. */
const LEAST_CLAIM_MS = 50

/** -ln(1 - 0.99) */
export const FACTOR_FOR_99_PERCENT = Math.log(100)

/**
 * The shortest outage in milliseconds that new connections meet with 99 % certainty, at least {@link
 * LEAST_CLAIM_MS}. All of `rate` connections per second miss an outage of `w` seconds at one of `endpoints`
 * pods with probability exp(-rate * w / endpoints) (random choice of the endpoint, Poisson; connections on a
 * grid miss less). Infinity without connections.
 */
export function smallestOutageMs(connectionsPerSecond: number, endpoints: number): number {
  return Math.max(LEAST_CLAIM_MS, (FACTOR_FOR_99_PERCENT * endpoints * 1_000) / connectionsPerSecond)
}

/** Connections per second that meet an outage of {@link WANTED_OUTAGE_MS} with 99 % certainty. */
export function wantedRate(endpoints: number): number {
  return (FACTOR_FOR_99_PERCENT * endpoints * 1_000) / WANTED_OUTAGE_MS
}
