import { hasLastcall } from './environment.ts'
import { type Inherited, withInherited } from './settings.ts'
import { isObject, type Path, type PlainObject, valueAt } from './yaml/plain.ts'

/** A container of a pod, with its place in the pod's spec. */
export interface Container {
  readonly name: string
  /** As its process sees it: `env` has what comes through `envFrom`, as far as that is known. */
  readonly value: PlainObject
  /** Objects of `envFrom` that are not in the files. */
  readonly unseen: readonly string[]
  readonly path: Path
  /** An init container that goes on running beside the others (KEP-753). */
  readonly isSidecar: boolean
}

const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container'

/**
 * Every container that runs as long as the pod: containers, and init containers that are sidecars. A sentence
 * when the spec has none.
 */
export function containersOf(
  podSpec: unknown,
  inherit: (container: PlainObject) => Inherited,
): readonly Container[] | string {
  const list = valueAt(podSpec, ['containers'])
  if (!Array.isArray(list) || list.length === 0) return 'the pod has no list of containers'
  const init = valueAt(podSpec, ['initContainers'])
  const sidecars = (Array.isArray(init) ? init : []).map((value: unknown, index) => ({
    ...containerAt(value, ['initContainers', index], inherit),
    isSidecar: true,
  }))
  const containers = list.map((value: unknown, index) => containerAt(value, ['containers', index], inherit))
  const all = [...containers, ...sidecars.filter(({ value }) => value['restartPolicy'] === 'Always')]
  const unnamed = all.find(({ name }) => name === '')
  return unnamed ? `${unnamed.path.join('.')} is no container with a name` : all
}

function containerAt(value: unknown, path: Path, inherit: (container: PlainObject) => Inherited): Container {
  const name = valueAt(value, ['name'])
  const container = isObject(value) ? value : {}
  const inherited = inherit(container)
  return {
    name: typeof name === 'string' ? name : '',
    value: withInherited(container, inherited),
    unseen: inherited.unseen,
    path,
    isSidecar: false,
  }
}

/**
 * The container that serves: the one of `--container`, else kubectl's default container, else the only one,
 * else the only one with lastcall. A sentence when that is not clear.
 * @param metadata of the pod
 */
export function chooseContainer(
  all: readonly Container[],
  asked: string | undefined,
  metadata: unknown,
): Container | string {
  const names = all.map(({ name }) => name).join(', ')
  const annotated = valueAt(metadata, ['annotations', DEFAULT_CONTAINER])
  const wanted = asked ?? (typeof annotated === 'string' ? annotated : undefined)
  if (wanted !== undefined) {
    const found = all.find(({ name }) => name === wanted)
    if (found) return found
    const said = asked === undefined ? `the annotation ${DEFAULT_CONTAINER} says` : '--container is'
    return `${said} '${wanted}', and the containers are ${names}: name one of them with --container`
  }
  const main = all.filter(({ isSidecar }) => !isSidecar)
  const candidates = main.length === 1 ? main : all.filter(({ value }) => hasLastcall(value))
  if (candidates.length === 1 && candidates[0]) return candidates[0]
  return `there are ${main.length} containers (${names}): name the one that serves with --container`
}
