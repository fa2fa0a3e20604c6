import { RACE_MS, type Sample } from '../../sample.ts'

/**
 * Whether a request was lost to the close of a connection that had been idle for longer than the server
 * serves after its signal. No answer could tell the client to leave that connection, and the close crossed
 * the request. Any server may lose such a request (RFC 9112 §9.5); only a longer delay makes it rarer.
 */
export function isIdleRace(sample: Sample, idleLimitMs: number): boolean {
  const { error, nthOnSocket, idleMs = 0, status, endMs } = sample
  if (nthOnSocket < 2 || idleMs <= idleLimitMs) return false
  const closed = error?.code === 'ECONNRESET' || error?.code === 'EPIPE'
  return closed && status === undefined && endMs < RACE_MS
}
