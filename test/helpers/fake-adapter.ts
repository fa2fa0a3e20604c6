import type { DrainAdapter } from '../../src/node/drain/adapter.ts'
import type { ServerSnapshot } from '../../src/node/types.ts'

/** Numbers of a server that has nothing in flight, except what is given. */
export function snapshotOf(name: string, given: Partial<ServerSnapshot> = {}): ServerSnapshot {
  const none = { request: 0, stream: 0, upgrade: 0 }
  return {
    name,
    scheme: 'http',
    inFlight: none,
    oldestInFlightMs: none,
    connections: { active: 0, idle: 0 },
    lastNewConnectionAt: null,
    ...given,
  }
}

/** A server that does nothing but what is given. */
export function fakeAdapter(name: string, given: Partial<DrainAdapter> = {}): DrainAdapter {
  return {
    name,
    isAskedHere: () => false,
    isListening: () => true,
    announceClose: () => {},
    closeListener: () => Promise.resolve(),
    drain: () => Promise.resolve(),
    forceClose: () => [],
    snapshot: () => snapshotOf(name),
    release: () => {},
    ...given,
  }
}
