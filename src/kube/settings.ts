import { Buffer } from 'node:buffer'
import { isObject, type PlainObject, textOf, valueAt } from './yaml/plain.ts'

/** A ConfigMap or a Secret of the files that are read. */
export interface SettingsObject {
  readonly kind: string
  readonly name: string
  /** Undefined where the manifest leaves it to `kubectl --namespace`. */
  readonly namespace: string | undefined
  readonly data: Readonly<Record<string, string>>
}

/** The variables that a container gets through `envFrom`. */
export interface Inherited {
  readonly variables: Readonly<Record<string, string>>
  /** Objects that are not in these files, such as `ConfigMap shop`. Their variables are not known. */
  readonly unseen: readonly string[]
}

/** Every ConfigMap and Secret of these documents, also as an item of a `List`. */
export function findSettings(documents: readonly unknown[]): readonly SettingsObject[] {
  return documents.flatMap((value): readonly SettingsObject[] => {
    if (!isObject(value)) return []
    const { kind, items } = value
    if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)) return findSettings(items)
    const name = valueAt(value, ['metadata', 'name'])
    const namespace = valueAt(value, ['metadata', 'namespace'])
    if (value['apiVersion'] !== 'v1' || typeof name !== 'string') return []
    const base = { name, namespace: typeof namespace === 'string' ? namespace : undefined }
    if (kind === 'ConfigMap') return [{ ...base, kind, data: textsOf(value['data']) }]
    return kind === 'Secret' ? [{ ...base, kind, data: secretsOf(value) }] : []
  })
}

/** Reads `envFrom` as the kubelet does: the last source wins, and each may have a prefix. */
export function inheritedBy(
  container: PlainObject,
  settings: readonly SettingsObject[],
  namespace: string | undefined,
): Inherited {
  const { envFrom } = container
  const sources = Array.isArray(envFrom) ? envFrom.filter(isObject) : []
  const unseen: string[] = []
  const entries = sources.flatMap((source) => {
    const kind = isObject(source['configMapRef']) ? 'ConfigMap' : 'Secret'
    const name = valueAt(source, [kind === 'ConfigMap' ? 'configMapRef' : 'secretRef', 'name'])
    const found = findNearest(
      settings.filter((one) => one.kind === kind && one.name === name),
      namespace,
    )
    if (!found) {
      unseen.push(`${kind} ${textOf(name)}`)
      return []
    }
    const prefix = typeof source['prefix'] === 'string' ? source['prefix'] : ''
    const named = Object.entries(found.data).map(([key, text]) => [`${prefix}${key}`, text] as const)
    return kind === 'Secret' ? named.filter(([variable]) => isOwn(variable)) : named
  })
  return { variables: Object.fromEntries(entries), unseen }
}

/** The container as its process sees it: `env` also has the inherited variables. `env` has precedence. */
export function withInherited(container: PlainObject, { variables }: Inherited): PlainObject {
  const env = container['env'] ?? []
  if (!Array.isArray(env)) return container
  const own = new Set(env.map((entry: unknown) => valueAt(entry, ['name'])))
  const added = Object.entries(variables).filter(([name]) => !own.has(name))
  if (added.length === 0) return container
  return { ...container, env: [...added.map(([name, value]) => ({ name, value })), ...env] }
}

/**
 * The object that the pod reads: the last one of its own namespace, because kubectl applies them in order. A
 * manifest without a namespace can go to any, so it counts unless there are several.
 */
function findNearest(
  same: readonly SettingsObject[],
  namespace: string | undefined,
): SettingsObject | undefined {
  const own = same.findLast((one) => one.namespace === namespace)
  if (own) return own
  const near = same.filter((one) => one.namespace === undefined || namespace === undefined)
  return near.length === 1 ? near[0] : undefined
}

function textsOf(data: unknown): Readonly<Record<string, string>> {
  if (!isObject(data)) return {}
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, textOf(value)]))
}

/** Only lastcall's own settings. Other values of a Secret must not reach a message or another manifest. */
const isOwn = (variable: string): boolean => variable.startsWith('LASTCALL_')

function secretsOf(secret: PlainObject): Readonly<Record<string, string>> {
  const encoded = Object.entries(textsOf(secret['data']))
  const decoded = encoded.map(([key, text]) => [key, Buffer.from(text, 'base64').toString()] as const)
  return Object.fromEntries([...decoded, ...Object.entries(textsOf(secret['stringData']))])
}
