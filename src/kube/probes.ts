import type { PlainObject } from './yaml/plain.ts'

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
 */
export function probeFor(name: keyof typeof probes, port: string | number): PlainObject {
  const { path, ...numbers } = probes[name]
  return { httpGet: { path, port }, ...numbers }
}
