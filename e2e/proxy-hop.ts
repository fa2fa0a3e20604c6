import { defaultLaneNames } from '../src/load/lanes/index.ts'
import type { Scenario } from './scenario.ts'
import { defaultRate } from './verdict.ts'

/**
 * The load goes to nginx, which passes it on to the Service over a pool of keep-alive connections and never
 * tries twice. nginx stays; the pods behind it are rolled.
 */
export const proxyHop = {
  replicas: 2,
  lanes: defaultLaneNames,
  // The proxy takes a part of the machine, and two pods need fewer requests to show an outage.
  rate: Math.ceil(defaultRate * 0.75),
  flags: ['--url', 'http://proxy'],
  inFront: { manifests: 'e2e/proxy.yaml', workload: 'deployment/proxy', image: 'nginx' },
} satisfies Partial<Scenario>
