import { isObject, type PlainObject } from './yaml/plain.ts'

/** The probes of the chart, in its order; `probes` of its values.yaml has the numbers. */
const probes = {
  startupProbe: { path: '/startupz', periodSeconds: 1, timeoutSeconds: 1, failureThreshold: 60 },
  readinessProbe: { path: '/readyz', periodSeconds: 2, timeoutSeconds: 1, failureThreshold: 2 },
  livenessProbe: { path: '/livez', periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
} as const

/** Names of the fields that have a probe. */
export const probeNames = Object.keys(probes) as readonly (keyof typeof probes)[]

/**
 * A probe that asks the probe server. httpGet, as in the chart: exec probes fail on terminating pods of 1.35.
 * A startup probe allows the container as much time as its own probes did.
 */
export function probeFor(
  name: keyof typeof probes,
  port: string | number,
  container: PlainObject,
): PlainObject {
  const { path, ...numbers } = probes[name]
  const probe = { httpGet: { path, port }, ...numbers }
  if (name !== 'startupProbe') return probe
  const own = Math.ceil(ownStartSeconds(container) / numbers.periodSeconds)
  return { ...probe, failureThreshold: Math.max(numbers.failureThreshold, own) }
}

/** Seconds that the liveness and readiness probes of a container give its start; 0 without any. */
function ownStartSeconds(container: PlainObject): number {
  return Math.max(startSecondsOf(container['livenessProbe']), startSecondsOf(container['readinessProbe']))
}

/** Seconds until a probe that never passes has failed for good; with the defaults of Kubernetes. */
export function startSecondsOf(probe: unknown): number {
  if (!isObject(probe)) return 0
  const { initialDelaySeconds, periodSeconds, failureThreshold } = probe
  return secondsOf(initialDelaySeconds, 0) + secondsOf(periodSeconds, 10) * secondsOf(failureThreshold, 3)
}

/** Kubernetes also uses the default for 0. */
const secondsOf = (value: unknown, fallback: number): number =>
  typeof value === 'number' && value > 0 ? value : fallback
