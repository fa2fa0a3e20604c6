/** One required permission, in RBAC terms. */
export interface Permission {
  readonly verb: string
  /** API group; empty for the core group. */
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  readonly name?: string
  /** For cluster-wide objects such as nodes. A namespaced Role cannot grant it. */
  readonly clusterWide?: true
  /** Its purpose. */
  readonly why: string
}

/** One rule of a Role or a ClusterRole. */
export interface PolicyRule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

/** API group of roles and bindings. */
export const RBAC_GROUP = 'rbac.authorization.k8s.io'

/** Permissions of the agent: observe, and read its own ConfigMap. The command line does the rest. */
export function agentRules(name: string): readonly PolicyRule[] {
  const verbs = ['get', 'list', 'watch']
  return [
    { apiGroups: [''], resources: ['pods', 'events'], verbs },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs },
    { apiGroups: [''], resources: ['configmaps'], resourceNames: [name], verbs },
  ]
}

/** `create jobs.batch`, `get pods/log`, `patch deployments.apps 'shop'`. */
export function toText({ verb, group, resource, subresource, name }: Permission): string {
  const what = `${resource}${group === '' ? '' : `.${group}`}`
  const part = subresource === undefined ? '' : `/${subresource}`
  return `${verb} ${what}${part}${name === undefined ? '' : ` '${name}'`}`
}

/** The smallest set of rules that grants these permissions. */
export function toRules(permissions: readonly Permission[]): readonly PolicyRule[] {
  const rules = new Map<string, PolicyRule>()
  for (const { verb, group, resource, subresource, name } of permissions) {
    const what = subresource === undefined ? resource : `${resource}/${subresource}`
    const key = `${group} ${what} ${name ?? ''}`
    const verbs = rules.get(key)?.verbs ?? []
    rules.set(key, {
      apiGroups: [group],
      resources: [what],
      ...(name !== undefined && { resourceNames: [name] }),
      verbs: [...verbs, verb],
    })
  }
  return [...rules.values()]
}

/**
 * A role with these permissions as YAML for the user: a Role in the namespace, or a ClusterRole without one.
 */
export function toRoleText(namespace: string | undefined, permissions: readonly Permission[]): string {
  const list = (values: readonly string[]): string => `[${values.map((value) => `'${value}'`).join(', ')}]`
  const rules = toRules(permissions).flatMap(({ apiGroups, resources, resourceNames, verbs }) => [
    `  - apiGroups: ${list(apiGroups)}`,
    `    resources: ${list(resources)}`,
    ...(resourceNames ? [`    resourceNames: ${list(resourceNames)}`] : []),
    `    verbs: ${list(verbs)}`,
  ])
  return [
    `apiVersion: ${RBAC_GROUP}/v1`,
    `kind: ${namespace === undefined ? 'ClusterRole' : 'Role'}`,
    'metadata:',
    '  name: lastcall',
    ...(namespace === undefined ? [] : [`  namespace: ${namespace}`]),
    'rules:',
    ...rules,
  ].join('\n')
}
