import type { LoadOptions } from '../../src/load/load-options.ts'
import type { ApiClient } from '../../src/rollout/drivers/kubernetes/api/client.ts'
import type { KubernetesOptions } from '../../src/rollout/drivers/kubernetes/kubernetes-options.ts'
import { preflight, type RolloutChoice } from '../../src/rollout/drivers/kubernetes/preflight.ts'
import { namespace } from './kubernetes-objects.ts'

/** The Deployment `shop`, and nothing else named. */
export const choice: RolloutChoice = {
  namespace,
  workload: { kind: 'Deployment', name: 'shop', resource: 'deployments' },
  service: undefined,
  port: undefined,
  http2Port: undefined,
  serviceAccount: undefined,
  observeFrom: undefined,
  trigger: 'restart',
  url: undefined,
}

/** Options of a driver for the shop of a fake cluster, whose agent is no file: it runs in this process. */
export async function kubernetesOptions(api: ApiClient, load: LoadOptions): Promise<KubernetesOptions> {
  return {
    found: await preflight(api, choice),
    load,
    image: 'node:24-slim',
    bundle: new Uint8Array(),
    serviceAccount: undefined,
    generators: 1,
    node: undefined,
    trigger: 'restart',
    rolloutTimeoutMs: 20_000,
  }
}
