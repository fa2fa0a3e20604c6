import type { ApiClient } from '../api/client.ts'
import type { NodeObject } from '../api/control-objects.ts'
import type { ObjectList, PodObject } from '../api/objects.ts'
import { patiently } from '../api/patience.ts'
import { isPodOf } from '../selector.ts'
import { podsOf, type WorkloadReference } from '../workload.ts'
import { evictPermission, evictPod } from './evict-pod.ts'
import { refuse, untilReplaced } from './health.ts'
import { takesPods } from './takes-pods.ts'
import type { Trigger, TriggerPorts } from './trigger.ts'

const nodesPath = '/api/v1/nodes'

/** Cordons the node of the oldest pod and evicts the workload's pods there, like `kubectl drain`. */
export const drainNode: Trigger = {
  does: (what) => `cordon the node of the oldest pod of ${what}, evict its pods there, and uncordon the node`,
  takesBack: 'uncordon the node',
  permissions: () => [
    evictPermission,
    ...['get', 'list', 'patch'].map((verb) => ({
      verb,
      group: '',
      resource: 'nodes',
      clusterWide: true as const,
      why: 'cordon a node and uncordon it',
    })),
  ],
  async problems(workload, api) {
    const { kind, name } = workload
    if (kind === 'DaemonSet') {
      return [
        `a node drain leaves the pods of ${kind} '${name}' where they are; choose --trigger evict or delete-pod`,
      ]
    }
    const [oldest] = await podsByAge(api, workload)
    const { items } = await api.get<ObjectList<NodeObject>>(nodesPath)
    const others = items.filter(({ metadata }) => metadata.name !== oldest?.spec.nodeName)
    if (others.some((node) => takesPods(node, workload.object.spec.template.spec))) return []
    return [
      `no node other than '${oldest?.spec.nodeName ?? ''}' can take the pods of ${kind} '${name}': ready, ` +
        'not cordoned, with no taint that they do not tolerate, with the labels of their nodeSelector; ' +
        'choose another --trigger',
    ]
  },
  replacesAll: false,
  async pull(ports) {
    const { api, workload } = ports
    const pods = await podsByAge(api, workload)
    const node = pods[0]?.spec.nodeName
    if (node === undefined) throw refuse(`no pod of ${workload.kind} '${workload.name}' is on a node`)
    const uncordon = await cordon(ports, node)
    const there = pods.filter(({ spec }) => spec.nodeName === node).map(({ metadata }) => metadata)
    await Promise.all(there.map((pod) => evictPod(ports, pod)))
    const uids = there.map(({ uid }) => uid)
    await untilReplaced(ports, uids)
    await uncordon()
  },
}

/** Keeps new pods off a node, and returns the function that undoes it. */
async function cordon(
  { api, undo, signal, onNotice }: Pick<TriggerPorts, 'api' | 'undo' | 'signal' | 'onNotice'>,
  node: string,
): Promise<() => Promise<void>> {
  const path = `${nodesPath}/${node}`
  const { spec } = await patiently(() => api.get<NodeObject>(path))
  if (spec?.unschedulable === true) {
    onNotice(`the node '${node}' was cordoned before, and is left so`)
    return () => Promise.resolve()
  }
  signal.throwIfAborted()
  const uncordon = undo.add({
    back: `uncordon the node '${node}'`,
    command: `kubectl uncordon ${node}`,
    async takeBack() {
      await patiently(() => api.patch(path, { spec: { unschedulable: null } }))
      onNotice(`the node '${node}' was uncordoned`)
    },
  })
  await patiently(() => api.patch(path, { spec: { unschedulable: true } }))
  onNotice(`the node '${node}' is cordoned until its pods are replaced; by hand: kubectl uncordon ${node}`)
  return uncordon
}

/** The workload's pods that have a node and are not being deleted, oldest first. */
async function podsByAge(api: ApiClient, workload: WorkloadReference): Promise<readonly PodObject[]> {
  const { path, query } = podsOf(workload)
  const text = new URLSearchParams(query).toString()
  const { items } = await patiently(() => api.get<ObjectList<PodObject>>(`${path}?${text}`))
  const since = ({ metadata }: PodObject): number => Date.parse(metadata.creationTimestamp ?? '')
  return items
    .filter((pod) => isPodOf(workload, pod) && pod.spec.nodeName !== undefined)
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .toSorted((one, other) => since(one) - since(other))
}
