import { orAborted } from '../../../or-aborted.ts'
import { servingContainer } from '../agent/pod-facts.ts'
import type { PodFacts } from '../agent/protocol.ts'
import type { WorkloadObject } from '../api/objects.ts'
import { patiently } from '../api/patience.ts'
import { workloadPath, type WorkloadReference } from '../workload.ts'
import { removePod } from './delete-pod.ts'
import { refuse, untilNewReady } from './health.ts'
import type { Trigger, TriggerPorts, TriggerSettings } from './trigger.ts'

/** To another image, as `kubectl set image`, and back: two rollouts. */
export const image: Trigger = {
  does: (what, { toImage = '' }) => `change the image of ${what} to '${toImage}', and back`,
  takesBack: 'change the image back',
  permissions: ({ resource, name }) => [
    { verb: 'patch', group: 'apps', resource, name, why: 'change its image and change it back' },
    ...(resource === 'statefulsets'
      ? [{ verb: 'delete', group: '', resource: 'pods', why: 'delete the pods of a broken image' }]
      : []),
  ],
  async problems(workload, _api, settings) {
    const problem = readChange(workload, workload.object, settings).problem
    return problem === undefined ? [] : [problem]
  },
  replacesAll: true,
  async pull(ports) {
    const { api, workload, old, undo, onNotice, onWaiting } = ports
    const { kind, name, namespace } = workload
    const path = workloadPath(namespace, workload)
    const now = await patiently(() => api.get<WorkloadObject>(path))
    const { container, before, to, problem } = readChange(workload, now, ports.settings)
    if (problem !== undefined) throw refuse(problem)
    const setImage = async (wanted: string): Promise<void> => {
      const containers = [{ name: container, image: wanted }]
      const body = { spec: { template: { spec: { containers } } } }
      await patiently(() => api.patch(`${path}?fieldManager=kubectl-set`, body))
      onNotice(`the container '${container}' of ${kind} '${name}' was given the image '${wanted}'`)
    }
    let serves = false
    const command = `kubectl set image ${kind.toLowerCase()}/${name} ${container}=${before} -n ${namespace}`
    const changeBack = undo.add({
      back: `change the image of ${kind} '${name}' back to '${before}'`,
      command,
      async takeBack() {
        await setImage(before)
        if (!serves) await removeBroken(ports)
      },
    })
    await setImage(to)
    onNotice(`by hand: ${command}`)
    await replaced(ports, old, to)
    serves = true
    const changed = ports.pods.present()
    await changeBack()
    onWaiting('nothing has happened since the image was changed back')
    await replaced(ports, changed, before)
  },
}

interface ImageChange {
  readonly container: string
  readonly before: string
  readonly to: string
  /** Why it cannot be done. */
  readonly problem: string | undefined
}

/** The container that serves, its image, and the other one. */
function readChange(
  { kind, name }: Pick<WorkloadReference, 'kind' | 'name'>,
  object: WorkloadObject,
  { toImage: to = '', targetPort }: TriggerSettings,
): ImageChange {
  const serving = servingContainer(object.spec.template, targetPort)
  const { name: container = '', image: before = '' } = serving ?? {}
  const problem =
    before === to
      ? `the container '${container}' of ${kind} '${name}' has the image '${to}' already, ` +
        'so that nothing would change; name another one with --to-image'
      : undefined
  return { container, before, to, problem }
}

/** Waits until all pods are new and none of the old ones is there. */
async function replaced(ports: TriggerPorts, old: ReadonlySet<string>, wanted: string): Promise<void> {
  const { pods, signal } = ports
  const over = new AbortController()
  const isBroken = ({ uid, cannotPull }: PodFacts): boolean => cannotPull !== undefined && !old.has(uid)
  const broken = pods
    .until((there) => over.signal.aborted || there.some(isBroken))
    .then(() => {
      const why = pods.there().find(isBroken)?.cannotPull
      if (why === undefined) return
      throw refuse(
        `the cluster cannot pull the image '${wanted}' (${why}); name one that it can pull with --to-image`,
      )
    })
  const ended = { ...ports, signal: AbortSignal.any([signal, over.signal]) }
  try {
    await orAborted(Promise.race([untilNewReady(ended, old), broken]), signal)
  } finally {
    over.abort()
  }
  await orAborted(pods.gone(old, false), signal)
}

/** A StatefulSet replaces no pod that never became ready, also not by a template that would. */
async function removeBroken({ api, workload, pods, old }: TriggerPorts): Promise<void> {
  if (workload.kind !== 'StatefulSet') return
  const broken = pods.there().filter(({ uid, ready, deleting }) => !ready && !deleting && !old.has(uid))
  for (const pod of broken) await removePod(api, workload.namespace, pod)
}
