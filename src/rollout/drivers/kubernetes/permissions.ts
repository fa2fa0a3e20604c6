import type { TriggerName } from '../../trigger.ts'
import type { ObserveFrom } from './observe-from.ts'
import { agentRules, type Permission, RBAC_GROUP, toText } from './policy-rules.ts'
import { triggers } from './triggers/triggers.ts'
import type { Workload } from './workload.ts'

/** The place of the observer, the origin of the agent's account, and the trigger. */
export interface RunChoice {
  readonly observeFrom: ObserveFrom
  readonly serviceAccount: string | undefined
  readonly trigger: TriggerName
}

/** Everything that a run does in the cluster. */
export function permissionsFor(
  workload: Pick<Workload, 'resource' | 'name'>,
  { observeFrom, serviceAccount, trigger }: RunChoice,
): readonly Permission[] {
  return [
    ...followPermissions(workload),
    ...triggers[trigger].permissions(workload),
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
    { verb: 'patch', group: 'batch', resource: 'jobs', why: 'keep the agent alive' },
    ...(observeFrom === 'here' ? watchPermissions() : toldPermissions),
    ...(observeFrom === 'cluster' && serviceAccount === undefined ? accountPermissions() : []),
  ].filter(isFirst)
}

const create = (group: string, resource: string, why: string): Permission => ({
  verb: 'create',
  group,
  resource,
  why,
})

/** An agent without an account receives no commands, because its job contains everything. */
const toldPermissions: readonly Permission[] = [
  { verb: 'patch', group: '', resource: 'configmaps', why: 'tell the agent what to do' },
]

/** The objects that the observer watches besides the pods. */
function watchPermissions(): readonly Permission[] {
  const watched = [
    { group: 'discovery.k8s.io', resource: 'endpointslices' },
    { group: '', resource: 'events' },
  ]
  return watched.flatMap((what) => ['list', 'watch'].map((verb) => ({ verb, ...what, why: 'observe' })))
}

/**
 * Permissions to create the agent's account. Kubernetes lets users create only roles that grant no more than
 * they have.
 */
function accountPermissions(): readonly Permission[] {
  const handedOn = agentRules('').flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.map((verb) => ({ verb, group, resource, why: 'hand it on to the agent' })),
      ),
    ),
  )
  return [
    create('', 'serviceaccounts', 'let the agent observe'),
    create(RBAC_GROUP, 'roles', 'let the agent observe'),
    create(RBAC_GROUP, 'rolebindings', 'let the agent observe'),
    ...handedOn,
  ]
}

/** Permissions to follow a workload, needed by every trigger. */
export function followPermissions({
  resource,
  name,
}: Pick<Workload, 'resource' | 'name'>): readonly Permission[] {
  const apps = { group: 'apps', resource, name }
  return [
    { verb: 'get', ...apps, why: 'find the workload' },
    { verb: 'list', ...apps, why: 'follow the workload' },
    { verb: 'watch', ...apps, why: 'follow the workload' },
  ]
}

/** Two purposes may need the same permission; only the first one is shown. */
function isFirst(permission: Permission, index: number, all: readonly Permission[]): boolean {
  return all.findIndex((other) => toText(other) === toText(permission)) === index
}
