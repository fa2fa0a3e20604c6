import type { Target } from '../../../load/sample.ts'

/**
 * The endpoints of the Service as one client node knows them: every change arrives late, as kube-proxy's
 * rules do.
 */
export interface Endpoints {
  /** Adds a ready pod; it is seen after the lag, or at once where there was no traffic yet. */
  add(target: Target & { readonly name: string }, at?: 'late' | 'at-once'): void
  /** Takes a pod out; it is still picked until the lag is over. Connections that exist are never touched. */
  remove(name: string): void
  /** Picks at random as kube-proxy's iptables rules do; undefined when nobody is ready. */
  pick(): Target | undefined
}

interface Entry {
  readonly target: Target & { readonly name: string }
  readonly fromMs: number
  untilMs: number
}

/** Where time and chance come from. */
export interface EndpointPorts {
  readonly nowMs: () => number
  readonly random: () => number
}

/**
 * An empty set. `lagMs` stands for the time from a change of the EndpointSlice to a client node's new rules,
 * for which Kubernetes promises nothing (SIG-Scalability's network programming latency has no SLO);
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
