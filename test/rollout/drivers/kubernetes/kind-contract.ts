/**
 * The contract of every driver in a real cluster. {@link file://../../../../e2e/contract.ts} runs it with the
 * KUBECONFIG of a cluster where the Deployments `shop` and `stuck` are.
 */
import { clientNode, namespace } from '../../../../e2e/cluster.ts'
import { imageOf } from '../../../../e2e/images.ts'
import { run } from '../../../../e2e/shell.ts'
import { readAgentBundle } from '../../../../src/cli/agent-bundle.ts'
import { defaultLoad } from '../../../../src/load/load-options.ts'
import type { Driver } from '../../../../src/rollout/driver.ts'
import { createApiClient } from '../../../../src/rollout/drivers/kubernetes/api/client.ts'
import { loadKubeconfig } from '../../../../src/rollout/drivers/kubernetes/api/kubeconfig.ts'
import { createKubernetesDriver } from '../../../../src/rollout/drivers/kubernetes/driver.ts'
import { preflight } from '../../../../src/rollout/drivers/kubernetes/preflight.ts'
import type { Timeline } from '../../../../src/rollout/timeline.ts'
import { choice } from '../../../helpers/kubernetes-options.ts'
import { testDriver } from '../../driver-contract.ts'

const load = { ...defaultLoad, lanes: ['new-connections', 'slow'], ratePerSecond: 50, slowMs: 300 } as const
const cluster = loadKubeconfig({ kubeconfig: undefined, context: undefined })
const api = createApiClient(cluster)

async function place(name: string, rolloutTimeoutMs: number): Promise<(timeline: Timeline) => Driver> {
  const options = {
    found: await preflight(api, { ...choice, namespace, workload: { ...choice.workload, name } }),
    load,
    image: imageOf('fastify'),
    bundle: readAgentBundle(),
    serviceAccount: undefined,
    node: clientNode,
    generators: 1,
    trigger: 'restart',
    rolloutTimeoutMs,
  } as const
  return (timeline) => createKubernetesDriver(options, { api, timeline, onLost: () => undefined })
}

const kinds = 'job,configmap,serviceaccount,role,rolebinding'
const listing = ['get', kinds, '-l', 'app.kubernetes.io/managed-by=lastcall', '-o', 'name']

testDriver('kubernetes, against a cluster of kind', {
  open: await place('shop', 120_000),
  openStuck: await place('stuck', 10_000),
  load,
  leftOf: async () => (await run('kubectl', listing)).split('\n').filter((line) => line !== ''),
})
