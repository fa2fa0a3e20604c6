import { orAborted } from '../../../or-aborted.ts'
import type { ScaleObject } from '../api/control-objects.ts'
import { patiently } from '../api/patience.ts'
import { workloadPath } from '../workload.ts'
import { refuse, untilReplaced } from './health.ts'
import type { Trigger } from './trigger.ts'

/** Scales down by one pod, like `kubectl scale`, and back. */
export const scaleDown: Trigger = {
  does: (what) => `scale ${what} down by one pod, and back`,
  takesBack: 'scale it back',
  permissions: ({ resource, name }) =>
    ['get', 'patch'].map((verb) => ({
      verb,
      group: 'apps',
      resource,
      subresource: 'scale',
      name,
      why: 'scale it down and back',
    })),
  problems({ kind, name, replicas, object }) {
    const what = `${kind} '${name}'`
    const another = 'choose another --trigger'
    if (kind === 'DaemonSet') return said(`${what} cannot be scaled: it has one pod on each node; ${another}`)
    if (replicas === 1) {
      return said(
        `${what} wants 1 pod, and scale-down leaves at least one; scale it to 2 first, or ${another}`,
      )
    }
    return object.spec.persistentVolumeClaimRetentionPolicy?.whenScaled === 'Delete'
      ? said(
          `${what} deletes the volumes of pods that are scaled away ` +
            `(persistentVolumeClaimRetentionPolicy.whenScaled is Delete); ${another}`,
        )
      : said()
  },
  replacesAll: false,
  async pull(ports) {
    const { api, workload, pods, undo, signal, onNotice, onWaiting } = ports
    const { kind, name, namespace } = workload
    const path = `${workloadPath(namespace, workload)}/scale`
    const before = await patiently(() => api.get<ScaleObject>(path))
    const { replicas = 0 } = before.spec
    if (replicas < 2)
      throw refuse(`${kind} '${name}' wants ${replicas} pods by now, too few to scale it down`)
    const scaleTo = async (to: number): Promise<void> => {
      await patiently(() => api.patch(path, { spec: { replicas: to } }, 'merge'))
      onNotice(`${kind} '${name}' was scaled to ${to}`)
    }
    signal.throwIfAborted()
    const scaleBack = undo.add({
      back: `scale ${kind} '${name}' back to ${replicas}`,
      command: `kubectl scale ${kind.toLowerCase()}/${name} --replicas=${replicas} -n ${namespace}`,
      takeBack: () => scaleTo(replicas),
    })
    await scaleTo(replicas - 1)
    onNotice(`by hand: kubectl scale ${kind.toLowerCase()}/${name} --replicas=${replicas} -n ${namespace}`)
    onWaiting('no pod has gone yet')
    await orAborted(
      pods.until((there) => there.length < replicas),
      signal,
    )
    await scaleBack()
    await untilReplaced(ports, [])
  },
}

const said = (...problems: readonly string[]): Promise<readonly string[]> => Promise.resolve(problems)
