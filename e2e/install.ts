import { type Cluster, namespace, RELEASE } from './cluster.ts'
import { imageOf } from './images.ts'
import { goServer } from './go-server.ts'
import type { Scenario } from './scenario.ts'

const CHART = 'charts/lastcall'
const deployment = `deployment/${RELEASE}`

/** Installs a scenario's release and resolves when its pods are ready. */
export async function install(cluster: Cluster, scenario: Scenario): Promise<void> {
  const { image, kubeVersion, patch } = scenario
  if (image === 'go') await cluster.kubectl(['apply', '-f', '-'], JSON.stringify(goServer(scenario)))
  else if (kubeVersion === undefined) {
    await cluster.helm(['install', RELEASE, CHART, '--wait', '--timeout', '120s', ...setFlags(scenario)])
  } else await cluster.kubectl(['apply', '-f', '-'], await render(cluster, scenario))
  if (patch) await cluster.kubectl(['patch', deployment, '--type', 'merge', '-p', JSON.stringify(patch)])
  await cluster.kubectl(['rollout', 'status', deployment, '--timeout=120s'])
}

/** Takes the release away, and resolves when its pods are gone. */
export async function uninstall(cluster: Cluster, scenario: Scenario): Promise<void> {
  const { image, kubeVersion } = scenario
  const isChart = image !== 'go' && kubeVersion === undefined
  if (isChart) await cluster.helm(['uninstall', RELEASE, '--wait', '--timeout', '90s'])
  else await cluster.kubectl(['delete', 'all', '--all', '--timeout=90s'])
}

/** Changes the pod template, as a new version of the application does. */
export function upgrade(cluster: Cluster): Promise<string> {
  const change = ['--reuse-values', '--set', 'podAnnotations.revision=two', '--wait', '--timeout', '120s']
  return cluster.helm(['upgrade', RELEASE, CHART, ...change])
}

function render(cluster: Cluster, scenario: Scenario): Promise<string> {
  const version = ['--kube-version', scenario.kubeVersion ?? '']
  return cluster.helm(['template', RELEASE, CHART, '-n', namespace, ...version, ...setFlags(scenario)])
}

function setFlags({ image, replicas, values }: Scenario): readonly string[] {
  const [repository, tag] = imageOf(image).split(':')
  const sets = [
    `image.repository=${repository}`,
    `image.tag=${tag}`,
    'image.pullPolicy=Never',
    `replicaCount=${replicas}`,
    ...values,
  ]
  return sets.flatMap((set) => ['--set', set])
}
