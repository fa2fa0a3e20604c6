import { orAborted } from '../../../or-aborted.ts'
import { servingContainer } from '../agent/pod-facts.ts'
import type { PodFacts } from '../agent/protocol.ts'
import { ApiError } from '../api/api-error.ts'
import type { ApiClient } from '../api/client.ts'
import type { WorkloadObject } from '../api/objects.ts'
import { patiently } from '../api/patience.ts'
import { workloadPath, type WorkloadReference } from '../workload.ts'
import { removePod } from './delete-pod.ts'
import { refuse, untilNewReady } from './health.ts'
import type { Trigger, TriggerPorts, TriggerSettings } from './trigger.ts'

/** Changes the image like `kubectl set image`, and changes it back: two rollouts. */
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
    const { api, workload, old, undo, signal, onNotice, onWaiting } = ports
    const { kind, name, namespace } = workload
    const path = workloadPath(namespace, workload)
    const now = await patiently(() => api.get<WorkloadObject>(path))
    const { container, before, to, problem } = readChange(workload, now, ports.settings)
    if (problem !== undefined) throw refuse(problem)
    const what = `the container '${container}' of ${kind} '${name}'`
    const given = (wanted: string): void => onNotice(`${what} was given the image '${wanted}'`)
    const command = `kubectl set image ${kind.toLowerCase()}/${name} ${container}=${before} -n ${namespace}`
    let serves = false
    let found: string | undefined
    signal.throwIfAborted()
    const changeBack = undo.add({
      back: `change the image of ${kind} '${name}' back to '${before}'`,
      command,
      async takeBack() {
        found = await giveBack(api, path, { container, before, to })
        if (found === undefined) given(before)
        else if (found !== before) {
          return onNotice(`the image of ${what} was changed to '${found}' by another client, and is left so`)
        }
        if (!serves) removeBroken(ports, to)
      },
    })
    const containers = [{ name: container, image: to }]
    const body = { spec: { template: { spec: { containers } } } }
    await patiently(() => api.patch(`${path}?${SET_IMAGE}`, body))
    given(to)
    onNotice(`by hand: ${command}`)
    await replaced(ports, old, to)
    serves = true
    const changed = ports.pods.present()
    await changeBack()
    // The rollout of another client may already be over, so there would be nothing to wait for.
    if (found !== undefined) return
    onWaiting('nothing has happened since the image was changed back')
    await replaced(ports, changed, before)
  },
}

const SET_IMAGE = 'fieldManager=kubectl-set'

interface ImageChange {
  readonly container: string
  readonly before: string
  readonly to: string
  /** Reason against the change. */
  readonly problem: string | undefined
}

/** The serving container, its image, and the other image. */
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

/** Waits until all pods are new and no old pod exists. */
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

/**
 * A `test` of a JSON patch failed. Admission may also answer like this, so the request is retried a few
 * times.
 */
const UNPROCESSABLE = 422
const MAX_TRIES = 3

/**
 * Changes the image back, unless another client has deployed meanwhile. In that case it resolves to the
 * current image.
 */
async function giveBack(
  api: ApiClient,
  path: string,
  { container, before, to }: Pick<ImageChange, 'container' | 'before' | 'to'>,
): Promise<string | undefined> {
  for (let tries = 1; ; tries++) {
    const { containers } = (await patiently(() => api.get<WorkloadObject>(path))).spec.template.spec
    const nth = containers.findIndex(({ name }) => name === container)
    const { image = 'none' } = containers[nth] ?? {}
    if (image !== to) return image
    const at = `/spec/template/spec/containers/${nth}`
    const body = [
      { op: 'test', path: `${at}/name`, value: container },
      { op: 'test', path: `${at}/image`, value: to },
      { op: 'replace', path: `${at}/image`, value: before },
    ]
    try {
      await patiently(() => api.patch(`${path}?${SET_IMAGE}`, body, 'json'))
      return undefined
    } catch (error) {
      const isChanged = error instanceof ApiError && error.status === UNPROCESSABLE
      if (!isChanged || tries === MAX_TRIES) throw error
    }
  }
}

/** A StatefulSet never replaces a pod that has not become ready, even if the new template would fix it. */
function removeBroken({ api, workload, pods, old, undo }: TriggerPorts, to: string): void {
  const { kind, name, namespace } = workload
  const broken = pods.there().filter(({ uid, ready, deleting }) => !ready && !deleting && !old.has(uid))
  if (kind !== 'StatefulSet' || broken.length === 0) return
  undo.add({
    back: `delete the pods of ${kind} '${name}' that never became ready with the image '${to}'`,
    command: `kubectl delete pod ${broken.map((pod) => pod.name).join(' ')} -n ${namespace}`,
    async takeBack() {
      for (const pod of broken) await removePod(api, namespace, pod)
    },
  })
}
