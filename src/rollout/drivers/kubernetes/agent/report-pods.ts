import type { PodObject } from '../api/objects.ts'
import type { WatchListener } from '../api/watch.ts'
import { isPodOf } from '../selector.ts'
import { probeListener } from './listener-probe.ts'
import { scrapeMetrics } from './metrics-scrape.ts'
import { portOnPod, readinessTarget, readPodFacts } from './pod-facts.ts'
import type { AgentMessage, ObservedWorkload } from './protocol.ts'
import { probeReadiness } from './readiness-probe.ts'

type Say = (message: AgentMessage, atMs: number) => void

/** The probes of one pod. */
interface PodProbes {
  readonly ending: AbortController
  isGoing: boolean
}

const ended: readonly string[] = ['Succeeded', 'Failed']

/** Reports the pods of the workload, and probes each reachable pod for as long as it exists. */
export function reportPods(
  job: ObservedWorkload,
  say: Say,
  signal: AbortSignal,
): WatchListener<PodObject>['onEvent'] {
  const probes = new Map<string, PodProbes>()
  const reported = new Map<string, string>()
  return (change, pod, at) => {
    if (!isPodOf(job.workload, pod)) return
    const { uid, deletionTimestamp } = pod.metadata
    // The cluster may give the address of a pod whose containers have ended to another pod.
    if (change === 'DELETED' || ended.includes(pod.status?.phase ?? '')) probes.get(uid)?.ending.abort()
    else if (job.reachesPods !== false && pod.status?.podIP !== undefined && !probes.has(uid)) {
      const started = { ending: new AbortController(), isGoing: false }
      probes.set(uid, started)
      startProbes(pod, job, { say, probes: started, signal })
    }
    const own = probes.get(uid)
    if (own) own.isGoing = deletionTimestamp !== undefined
    const facts = readPodFacts(pod, job.targetPort)
    const text = JSON.stringify(facts)
    if (change === 'MODIFIED' && reported.get(uid) === text) return
    reported.set(uid, text)
    say({ type: 'pod', change, pod: facts }, at.wallMs)
  }
}

/** Probes of the listener, of HTTP readiness if configured, and of lastcall's metrics if present. */
function startProbes(
  pod: PodObject,
  { targetPort }: ObservedWorkload,
  { say, probes, signal }: { readonly say: Say; readonly probes: PodProbes; readonly signal: AbortSignal },
): void {
  const { name, uid } = pod.metadata
  const ending = AbortSignal.any([signal, probes.ending.signal])
  const host = pod.status?.podIP
  const port = portOnPod(pod, targetPort)
  if (host !== undefined && port !== undefined) {
    void probeListener(
      { host, port },
      (state, atMs, lastOtherMs) => say({ type: 'listener', pod: name, state, lastOtherMs }, atMs),
      ending,
    )
  }
  const readiness = readinessTarget(pod, targetPort)
  if (!readiness) return
  void probeReadiness(
    readiness,
    (passes, atMs) => say({ type: 'readiness', pod: name, passes }, atMs),
    ending,
  )
  void scrapeMetrics(readiness, () => probes.isGoing, ending).then((scrape) => {
    // Only once, at the end of the pod: the last state counts, and the log stays small.
    if (scrape && probes.isGoing) say({ type: 'metrics', uid, scrape }, Date.now())
  })
}
