import { existsSync, readFileSync } from 'node:fs'
import { type Cluster, namespace, RELEASE } from './cluster.ts'
import { imageOf, redisImage } from './images.ts'
import type { Scenario } from './scenario.ts'

const CHART = 'charts/lastcall'
const CLI = 'dist/cli/bin.js'
const deployment = `deployment/${RELEASE}`

/** Installs a scenario's release and resolves when its pods are available. */
export async function install(cluster: Cluster, scenario: Scenario): Promise<void> {
  const manifests = await manifestsOf(cluster, scenario)
  if (manifests === undefined) await cluster.helm(['install', RELEASE, CHART, ...setFlags(scenario)])
  else await cluster.kubectl(['apply', '-f', '-'], manifests)
  if (scenario.patch) {
    const { patch: template, replicas } = scenario
    await cluster.kubectl(['patch', deployment, '-p', JSON.stringify({ spec: { replicas, template } })])
  }
  await cluster.untilRolledOut(deployment)
  if (!scenario.inFront) return
  // Not before the release: nginx does not start without the Service behind it.
  await cluster.kubectl(['apply', '-f', scenario.inFront.manifests])
  await cluster.untilRolledOut(scenario.inFront.workload)
}

/** Takes the release away, whatever of it was installed. Its pods may end while the next one is installed. */
export async function uninstall(cluster: Cluster, scenario: Scenario): Promise<void> {
  if (scenario.inFront)
    await cluster.kubectl(['delete', '--ignore-not-found', '-f', scenario.inFront.manifests])
  const manifests = await manifestsOf(cluster, scenario)
  if (manifests === undefined) await cluster.helm(['uninstall', RELEASE, '--ignore-not-found'])
  else {
    const whole = ['--cascade=foreground', '--ignore-not-found', '--timeout=90s']
    await cluster.kubectl(['delete', ...whole, '-f', '-'], manifests)
  }
}

/** Changes the pod template, as a new version of the application does. */
export function upgrade(cluster: Cluster): Promise<string> {
  const change = ['--reuse-values', '--set', 'podAnnotations.revision=two', '--wait', '--timeout', '120s']
  return cluster.helm(['upgrade', RELEASE, CHART, ...change])
}

/** What kubectl applies and deletes; undefined where helm installs. */
async function manifestsOf(cluster: Cluster, scenario: Scenario): Promise<string | undefined> {
  const { patched } = scenario
  if (patched !== undefined) return cluster.run(process.execPath, [CLI, 'kube', 'patch', ...patched])
  const own = scenario.manifests ?? `examples/${scenario.image}/kubernetes.yaml`
  if (existsSync(own)) return readFileSync(own, 'utf8').replace('redis:8', redisImage)
  if (scenario.kubeVersion === undefined) return undefined
  const version = ['--kube-version', scenario.kubeVersion]
  return cluster.helm(['template', RELEASE, CHART, '-n', namespace, ...version, ...setFlags(scenario)])
}

function setFlags({ image, replicas, values, patch }: Scenario): readonly string[] {
  const [repository, tag] = imageOf(image).split(':')
  const sets = [
    `image.repository=${repository}`,
    `image.tag=${tag}`,
    'image.pullPolicy=Never',
    // What is patched has no pod before that.
    `replicaCount=${patch ? 0 : replicas}`,
    ...values,
  ]
  return sets.flatMap((set) => ['--set', set])
}
