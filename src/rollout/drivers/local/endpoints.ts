import type { Target } from '../../../load/sample.ts'

/** The Service endpoints as one client node sees them. Every change arrives late, like kube-proxy's rules. */
export interface Endpoints {
  /** Adds a ready pod. Clients see it after the lag, or at once before there was any traffic. */
  add(target: Target & { readonly name: string }, at?: 'late' | 'at-once'): void
  /** Removes a pod. It can still be picked until the lag is over; existing connections stay. */
  remove(name: string): void
  /** Picks an endpoint at random, like kube-proxy's iptables rules; undefined when no pod is ready. */
  pick(): Target | undefined
}

interface Entry {
  readonly target: Target & { readonly name: string }
  readonly fromMs: number
  untilMs: number
}

/** Sources of time and randomness. */
export interface EndpointPorts {
  readonly nowMs: () => number
  readonly random: () => number
}

/**
 * Creates an empty set. `lagMs` is the time from a change of the EndpointSlice to the new rules on a client
 * node. Kubernetes promises nothing for it (SIG-Scalability's network programming latency has no SLO);
 * kube-proxy's `minSyncPeriod` alone is 1 s.
 */
export function createEndpoints(
  lagMs: number,
  { nowMs, random }: EndpointPorts = { nowMs: () => performance.now(), random: Math.random },
): Endpoints {
  let entries: Entry[] = []
  return {
    add(target, at = 'late') {
      entries.push({ target, fromMs: at === 'late' ? nowMs() + lagMs : nowMs(), untilMs: Infinity })
    },
    remove(name) {
      for (const entry of entries) {
        if (entry.target.name === name) entry.untilMs = Math.min(entry.untilMs, nowMs() + lagMs)
      }
    },
    pick() {
      const now = nowMs()
      entries = entries.filter((entry) => entry.untilMs > now)
      const seen = entries.filter((entry) => entry.fromMs <= now)
      return seen[Math.floor(random() * seen.length)]?.target
    },
  }
}
