import { setTimeout as pause } from 'node:timers/promises'
import { createApiClient } from '../src/rollout/drivers/kubernetes/api/client.ts'
import { loadKubeconfig } from '../src/rollout/drivers/kubernetes/api/kubeconfig.ts'
import { type Cluster, namespace } from './cluster.ts'
import { imageOf } from './images.ts'

const CHART = 'charts/lastcall-policies'
/** How soon the API server has to follow its policies; it takes about a second. */
const FOLLOWED_WITHIN_MS = 30_000

/** Installs the policies, and resolves when the API server follows them. Pods need the label to be seen. */
export async function installPolicies(cluster: Cluster): Promise<void> {
  const sets = ['engine=mutating', `lifecycle.autoImage=${imageOf('fastify')}`].flatMap((set) => [
    '--set',
    set,
  ])
  await cluster.helm(['upgrade', '--install', 'lastcall-policies', CHART, ...sets])
  const admit = createAdmission(cluster.kubeconfig)
  const endsAt = performance.now() + FOLLOWED_WITHIN_MS
  for (;;) {
    const isSet = JSON.stringify(await admit(podOf('set')).catch(String)).includes('LASTCALL_GRACE_PERIOD')
    const isChecked = /set it to check/.test(String(await admit(podOf('unknown')).catch(String)))
    if (isSet && isChecked) return
    if (performance.now() > endsAt) throw new Error('the API server does not follow the policies')
    await pause(200, undefined, { signal: cluster.signal })
  }
}

/**
 * Asks the API server for a pod that it does not keep.
 * @param kubeconfig file; `KUBECONFIG` without it
 */
export function createAdmission(kubeconfig?: string): <T>(pod: object) => Promise<T> {
  const api = createApiClient(loadKubeconfig({ kubeconfig, context: undefined }))
  const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All&fieldValidation=Strict`
  return (pod) => api.create(path, pod)
}

/** A pod that keeps to the restricted Pod Security standard, with the label of the policies. */
export function podOf(label: string, container: object = {}, spec: object = {}): object {
  const security = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
  const app = { name: 'app', image: 'shop:1', securityContext: security, ...container }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pod', labels: { 'lastcall.dev/policy': label } },
    spec: {
      securityContext: { runAsNonRoot: true, runAsUser: 1_000, seccompProfile: { type: 'RuntimeDefault' } },
      ...spec,
      containers: [app],
    },
  }
}
