import { setTimeout as pause } from 'node:timers/promises'
import type { SupervisorStatus } from '../src/core/supervisor-status.ts'
import { defaultLaneNames } from '../src/load/lanes/index.ts'
import { type Cluster, RELEASE } from './cluster.ts'
import type { Scenario } from './scenario.ts'

const CONFIG_MAP = 'shop-config'
const HANG_UPS = 5
/** The kubelet looks at a changed ConfigMap once a minute, and keeps what it has read for as long. */
const MOUNTED_WITHIN_MS = 150_000
const LASTCALL = ['node_modules/.bin/lastcall']

/** A release whose only pod runs `lastcall run`, and restarts at a change of its ConfigMap. */
export const supervised: Pick<Scenario, 'image' | 'replicas' | 'lanes' | 'values' | 'before'> = {
  image: 'supervised',
  replicas: 1,
  lanes: defaultLaneNames,
  values: [
    'command={node,server.ts}',
    'port=8080',
    'supervisor.enabled=true',
    'supervisor.watch={/etc/shop}',
    'extraVolumes[0].name=config',
    `extraVolumes[0].configMap.name=${CONFIG_MAP}`,
    'extraVolumeMounts[0].name=config',
    'extraVolumeMounts[0].mountPath=/etc/shop',
  ],
  before: (cluster) => configure(cluster, '{ "greeting": "hello" }'),
}

/**
 * Restarts the program in the only pod: by signals, by a change of its ConfigMap, and by one that the program
 * cannot read, which has to leave the old one serving.
 */
export async function restartInPlace(cluster: Cluster): Promise<void> {
  const before = await describePod(cluster)
  for (let count = 1; count <= HANG_UPS; count++) {
    await inPod(cluster, ['sh', '-c', 'kill -HUP 1'])
    await until(cluster, `restart ${count} to complete`, ({ restarts }) => restarts.completed === count)
  }
  await configure(cluster, '{ "greeting": "good evening" }')
  await until(cluster, 'a changed ConfigMap to restart', ({ restarts }) => restarts.completed > HANG_UPS)
  await configure(cluster, 'good night')
  const { lastFailure } = await until(
    cluster,
    'a broken ConfigMap to be refused',
    ({ restarts }) => restarts.failed > 0,
  )
  console.log(`the restart with a broken ConfigMap: ${lastFailure?.detail}`)
  await refuseZombies(cluster)
  const after = await describePod(cluster)
  if (after !== before) throw new Error(`the pod was replaced: before ${before}, after ${after}`)
}

async function configure(cluster: Cluster, text: string): Promise<void> {
  const manifest = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: CONFIG_MAP },
    data: { 'shop.json': text },
  }
  await cluster.kubectl(['apply', '-f', '-'], JSON.stringify(manifest))
  const pods = ['pod', '-l', `app.kubernetes.io/instance=${RELEASE}`]
  // The kubelet mounts what is new as soon as the pod itself changes.
  const revision = String(Date.now())
  await cluster.kubectl(['annotate', '--overwrite', ...pods, `shop/revision=${revision}`])
}

/** Waits for a status of the supervisor in the pod. */
async function until(
  cluster: Cluster,
  what: string,
  holds: (status: SupervisorStatus) => boolean,
): Promise<SupervisorStatus> {
  const endsAt = performance.now() + MOUNTED_WITHIN_MS
  for (;;) {
    const status = JSON.parse(await inPod(cluster, [...LASTCALL, 'status', '--json'])) as SupervisorStatus
    if (holds(status)) return status
    if (performance.now() > endsAt) throw new Error(`waited in vain for ${what}: ${JSON.stringify(status)}`)
    await pause(500, undefined, { signal: cluster.signal })
  }
}

/** Orphans of a shell in the container become children of its PID 1, which has to reap them. */
async function refuseZombies(cluster: Cluster): Promise<void> {
  await inPod(cluster, ['sh', '-c', 'for count in 1 2 3 4 5; do (sleep 0.1 &) ; done'])
  await pause(1_000, undefined, { signal: cluster.signal })
  const states = await inPod(cluster, ['sh', '-c', 'cat /proc/[0-9]*/stat 2>/dev/null || true'])
  const zombies = states.split('\n').filter((line) => /\) Z /.test(line))
  if (zombies.length > 0) throw new Error(`zombies in the container: ${zombies.join('; ')}`)
}

/** Changes when another pod, or another container of the pod, runs. */
function describePod(cluster: Cluster): Promise<string> {
  const path = '{range .items[*]}{.metadata.uid} {.status.containerStatuses[*].restartCount}{end}'
  const selector = `app.kubernetes.io/instance=${RELEASE}`
  return cluster.kubectl(['get', 'pods', '-l', selector, '-o', `jsonpath=${path}`])
}

function inPod(cluster: Cluster, command: readonly string[]): Promise<string> {
  return cluster.kubectl(['exec', `deployment/${RELEASE}`, '--', ...command])
}
