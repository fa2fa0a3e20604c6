import type { Scenario } from './scenario.ts'
import { defaultRate } from './verdict.ts'

/**
 * The only pod of a Service is evicted, without a hook. The next one takes 8 s to start: until then
 * kube-proxy has nowhere else to send to, and sends to this one as long as its readiness probe passes
 * (KEP-1669).
 */
export const onlyPod = {
  replicas: 1,
  // Slow requests are in flight whenever the pod is asked to end.
  lanes: ['new-connections', 'keep-alive', 'slow'],
  rate: Math.ceil(defaultRate / 2),
  flags: ['--trigger', 'evict'],
  values: [
    'lifecycle.preStop.mode=none',
    'lifecycle.shutdownDelaySeconds=20',
    'probes.readiness.failureThreshold=1',
    String.raw`command={node,--eval,setTimeout(() => import('./server.ts')\, 8000)}`,
  ],
} satisfies Partial<Scenario>
