import { agentRules, type PolicyRule } from './manifests.ts'
import type { Workload } from './workload.ts'

/** One thing that the user has to be allowed to do, in words of RBAC. */
export interface Permission {
  readonly verb: string
  /** API group; empty for the core. */
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  readonly name?: string
  /** What it is for. */
  readonly why: string
}

/** Whether the agent's own account is created, or the user names one. */
export interface AccountChoice {
  readonly serviceAccount: string | undefined
}

/** Everything that a run does in the namespace. */
export function permissionsFor(
  { resource, name }: Pick<Workload, 'resource' | 'name'>,
  { serviceAccount }: AccountChoice,
): readonly Permission[] {
  const apps = { group: 'apps', resource }
  const create = (group: string, created: string, why: string): Permission => ({
    verb: 'create',
    group,
    resource: created,
    why,
  })
  const rbac = 'rbac.authorization.k8s.io'
  return [
    { verb: 'get', ...apps, name, why: 'find the workload' },
    { verb: 'list', ...apps, name, why: 'follow the rollout' },
    { verb: 'watch', ...apps, name, why: 'follow the rollout' },
    { verb: 'patch', ...apps, name, why: 'restart it' },
    { verb: 'list', group: '', resource: 'services', why: 'find its Service' },
    ...['get', 'list', 'watch'].map((verb) => ({
      verb,
      group: '',
      resource: 'pods',
      why: 'follow the agent',
    })),
    { verb: 'get', group: '', resource: 'pods', subresource: 'log', why: "read the agent's log" },
    create('batch', 'jobs', 'run the agent'),
    { verb: 'delete', group: 'batch', resource: 'jobs', why: 'end the agent' },
    create('', 'configmaps', 'hand the agent its program'),
    { verb: 'patch', group: '', resource: 'configmaps', why: 'tell the agent what to do' },
    { verb: 'patch', group: 'batch', resource: 'jobs', why: 'keep the agent alive' },
    ...(serviceAccount === undefined
      ? [
          create('', 'serviceaccounts', 'let the agent observe'),
          create(rbac, 'roles', 'let the agent observe'),
          create(rbac, 'rolebindings', 'let the agent observe'),
          // Nobody may create a role that allows more than he may do himself.
          ...agentRules('').flatMap(({ apiGroups, resources, verbs }) =>
            apiGroups.flatMap((group) =>
              resources.flatMap((watched) =>
                verbs.map((verb) => ({ verb, group, resource: watched, why: 'hand it on to the agent' })),
              ),
            ),
          ),
        ]
      : []),
  ].filter(isFirst)
}

/** Two purposes may need one permission; the first one is told. */
function isFirst(permission: Permission, index: number, all: readonly Permission[]): boolean {
  return all.findIndex((other) => toText(other) === toText(permission)) === index
}

/** `create jobs.batch`, `get pods/log`, `patch deployments.apps/shop`. */
export function toText({ verb, group, resource, subresource, name }: Permission): string {
  const what = `${resource}${group === '' ? '' : `.${group}`}`
  return `${verb} ${what}${subresource === undefined ? '' : `/${subresource}`}${name === undefined ? '' : ` '${name}'`}`
}

/** The fewest rules of a Role that grant these. */
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
