import type { AskedReadiness, PodRecord } from './pod-record.ts'

/** Reports how pods showed readiness, if it was not through lastcall's probe server. */
export function readinessNotes(pods: readonly PodRecord[]): readonly string[] {
  // A run probes all its pods in the same way, and the last pod shows the final choice.
  const asked = pods.findLast(({ local }) => local?.readiness !== undefined)?.local?.readiness
  return asked === undefined ? [] : noteOn(asked)
}

function noteOn(asked: AskedReadiness): readonly string[] {
  switch (asked.kind) {
    case 'probe-server':
      return []
    case 'path':
      return [`a pod counted as ready while GET ${asked.path} succeeded (--readiness)`]
    case 'tcp':
      return [
        'a pod counted as ready while its port accepted connections: ' +
          'without the probe server of lastcall it has no readiness that turns red before the port is closed',
      ]
    case 'running':
      return [
        'a pod counted as ready while its process ran: without the probe server of lastcall nothing says when it takes jobs',
      ]
  }
}

/**
 * Reports pods of a cluster whose readiness probe passed until their listener closed. This costs no request
 * if only Kubernetes reads the probe: an endpoint terminates with the deletion of its pod, whatever its probe
 * says (Kubernetes docs, "Pod Lifecycle", termination of Pods).
 */
export function lateReadinessNotes(pods: readonly PodRecord[]): readonly string[] {
  const seen = pods.flatMap(({ cluster: { readinessFailedAt, lastAcceptedAt } = {} }) =>
    readinessFailedAt && lastAcceptedAt ? [readinessFailedAt.wallMs > lastAcceptedAt.wallMs] : [],
  )
  const late = seen.filter(Boolean).length
  if (late === 0) return []
  return [
    `the readiness probe of ${late} of ${seen.length} pods passed until they stopped accepting connections. ` +
      'A load balancer outside the cluster that uses the same probe keeps sending requests to such a pod. ' +
      'Where there is one, let the probe fail while the pod still serves, that is, before the shutdown delay is over. ' +
      'Inside the cluster this costs nothing',
  ]
}

/** Names pods that had lastcall's probe server and ended with exit code 0, but left no report. */
export function missingReportNotes(pods: readonly PodRecord[]): readonly string[] {
  const silent = pods.filter(
    ({ ending, local, report }) =>
      ending === 'clean' && local?.readiness?.kind === 'probe-server' && report === undefined,
  )
  if (silent.length === 0) return []
  return [
    `${silent.map(({ name }) => name).join(', ')} had lastcall's probe server and ended without its report, with exit code 0: ` +
      'its shutdown did not come to its end, or the report goes to another file. Look for a wrapper that ends the server by force',
  ]
}

/** Whether any pod opened lastcall's probe server, spoke to its supervisor or left its report. */
export function sawLastcall(pods: readonly PodRecord[]): boolean {
  return pods.some(
    ({ local, inPlace, report }) =>
      local?.readiness?.kind === 'probe-server' || inPlace?.lastcall === true || report !== undefined,
  )
}

/** Reports that a run under `lastcall/auto` showed no sign of lastcall. */
export function autoNotes(pods: readonly PodRecord[]): readonly string[] {
  if (sawLastcall(pods)) return []
  return [
    'lastcall/auto did nothing in this run: no pod opened its probe server. ' +
      'The server is not written for Node.js 22.19 or newer, or NODE_OPTIONS does not reach it',
  ]
}
