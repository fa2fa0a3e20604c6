/** One thing that has to be allowed, in words of RBAC. */
export interface Permission {
  readonly verb: string
  /** API group; empty for the core. */
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  readonly name?: string
  /** Of the whole cluster, as nodes are: no Role of a namespace can grant it. */
  readonly clusterWide?: true
  /** What it is for. */
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

/** What the agent may do: look, and read its own ConfigMap. The command line does the rest. */
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

/** The fewest rules of a role that grant these. */
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

/** A role that grants these, as YAML for people: a Role of the namespace, or a ClusterRole without one. */
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
