import type { Sample } from '../../src/load/sample.ts'

/** A sample with what the test needs, the rest being that of a success. */
export function makeSample(parts: Partial<Sample> = {}): Sample {
  const at = { wallMs: 1_000, monotonicMs: 1_000 }
  return {
    lane: 'new-connections',
    id: 'a',
    method: 'GET',
    path: '/',
    scheduledAt: at,
    startedAt: at,
    connectMs: 1,
    firstByteMs: 2,
    endMs: 3,
    localPort: 40_000,
    remoteAddress: '127.0.0.1',
    remotePort: 3_000,
    target: 'pod-1',
    nthOnSocket: 1,
    idleMs: undefined,
    status: 200,
    bytes: 5,
    ok: parts.error === undefined,
    ...parts,
  }
}
