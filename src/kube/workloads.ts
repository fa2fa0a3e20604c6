import { isObject, type Path, type PlainObject, valueAt } from './yaml/plain.ts'

/** An object that starts pods. */
export interface Workload {
  readonly kind: string
  readonly name: string
  readonly namespace: string | undefined
  readonly labels: Readonly<Record<string, string>>
  /** The object itself. */
  readonly value: PlainObject
  /** Where it is in its document: the top, or an item of a list. */
  readonly path: Path
  /** Where the pod's spec is in its document. */
  readonly podPath: Path
  /** Whether it works and ends by itself, and serves no requests. */
  readonly isJob: boolean
  /** Whether it is a hook of Helm or Argo CD, such as the pod of `helm test`. */
  readonly isHook: boolean
}

/** An object with pods that lastcall does not know, and leaves as it is. */
export interface UnknownWorkload {
  readonly title: string
  readonly path: Path
}

/** The objects of a document. */
export interface FoundWorkloads {
  readonly known: readonly Workload[]
  readonly unknown: readonly UnknownWorkload[]
  /** Paths of values that are no Kubernetes objects. */
  readonly strange: readonly Path[]
}

/** Why an unknown workload is left out. */
export const UNKNOWN = 'has pods, and its kind is not known'
/** Why a hook is left out. */
export const HOOK = 'is a hook of Helm or Argo CD'
/** What is wrong with a strange document. */
export const STRANGE = 'this is no Kubernetes object, because it has no kind or no apiVersion'

const inTemplate: Path = ['spec', 'template', 'spec']

/** The path of the pod's spec in each kind, by API group and name. */
const kinds: Readonly<Record<string, Path>> = {
  'apps/Deployment': inTemplate,
  'apps/StatefulSet': inTemplate,
  'apps/DaemonSet': inTemplate,
  'apps/ReplicaSet': inTemplate,
  '/ReplicationController': inTemplate,
  '/Pod': ['spec'],
  'batch/Job': inTemplate,
  'batch/CronJob': ['spec', 'jobTemplate', ...inTemplate],
  'argoproj.io/Rollout': inTemplate,
}

/** Every workload of a document, also as an item of a `List`. */
export function findWorkloads(document: unknown, path: Path = []): FoundWorkloads {
  const value = valueAt(document, path)
  if (value === null || value === undefined) return { known: [], unknown: [], strange: [] }
  if (!isObject(value) || typeof value['kind'] !== 'string' || typeof value['apiVersion'] !== 'string') {
    return { known: [], unknown: [], strange: [path] }
  }
  const { kind, apiVersion, items } = value
  if (kind.endsWith('List') && Array.isArray(items)) {
    const found = items.map((_, index) => findWorkloads(document, [...path, 'items', index]))
    return {
      known: found.flatMap(({ known }) => known),
      unknown: found.flatMap(({ unknown }) => unknown),
      strange: found.flatMap(({ strange }) => strange),
    }
  }
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
  const podPath = kinds[`${group}/${kind}`]
  const named = { value, name: nameOf(value), namespace: namespaceOf(value), labels: labelsOf(value) }
  const hasPods = podPath !== undefined && !isReference(kind, value)
  if (hasPods) {
    const workload = {
      ...named,
      kind,
      path,
      podPath: [...path, ...podPath],
      isJob: group === 'batch',
      isHook: isHook(value),
    }
    return { known: [workload], unknown: [], strange: [] }
  }
  const isUnknown = !isReference(kind, value) && hasPodTemplate(value)
  const title = `${kind} ${named.name} of ${apiVersion}`
  return { known: [], unknown: isUnknown ? [{ title, path }] : [], strange: [] }
}

/** Whether there is a pod's template below, as in Knative's Service or KEDA's ScaledJob. */
function hasPodTemplate(value: PlainObject): boolean {
  if (Array.isArray(valueAt(value, ['template', 'spec', 'containers']))) return true
  return Object.values(value).some((inner) => isObject(inner) && hasPodTemplate(inner))
}

/** `deployment/shop`, as kubectl and the other commands name it. */
export function titleOf({ kind, name }: Pick<Workload, 'kind' | 'name'>): string {
  return `${kind.toLowerCase()}/${name}`
}

/** A Rollout may point to a Deployment, which has the pods. */
function isReference(kind: string, value: PlainObject): boolean {
  return kind === 'Rollout' && valueAt(value, ['spec', 'workloadRef']) !== undefined
}

const hookAnnotations = ['helm.sh/hook', 'argocd.argoproj.io/hook']

function isHook(value: PlainObject): boolean {
  return hookAnnotations.some((name) => valueAt(value, ['metadata', 'annotations', name]) !== undefined)
}

function nameOf(value: PlainObject): string {
  const name = valueAt(value, ['metadata', 'name']) ?? valueAt(value, ['metadata', 'generateName'])
  return typeof name === 'string' ? name : 'without a name'
}

function namespaceOf(value: PlainObject): string | undefined {
  const namespace = valueAt(value, ['metadata', 'namespace'])
  return typeof namespace === 'string' ? namespace : undefined
}

function labelsOf(value: PlainObject): Readonly<Record<string, string>> {
  const labels = valueAt(value, ['metadata', 'labels'])
  return isObject(labels) ? (labels as Record<string, string>) : {}
}
