import type { TriggerName } from '../../trigger.ts'
import { agentRules, type Permission, RBAC_GROUP, toText } from './policy-rules.ts'
import { triggers } from './triggers/triggers.ts'
import type { Workload } from './workload.ts'

/** Whether the agent's own account is created, or the user names one, and what a run does to the pods. */
export interface RunChoice {
  readonly serviceAccount: string | undefined
  readonly trigger: TriggerName
}

/** Everything that a run does in the cluster. */
export function permissionsFor(
  workload: Pick<Workload, 'resource' | 'name'>,
  { serviceAccount, trigger }: RunChoice,
): readonly Permission[] {
  const create = (group: string, created: string, why: string): Permission => ({
    verb: 'create',
    group,
    resource: created,
    why,
  })
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
    { verb: 'patch', group: '', resource: 'configmaps', why: 'tell the agent what to do' },
    { verb: 'patch', group: 'batch', resource: 'jobs', why: 'keep the agent alive' },
    ...(serviceAccount === undefined
      ? [
          create('', 'serviceaccounts', 'let the agent observe'),
          create(RBAC_GROUP, 'roles', 'let the agent observe'),
          create(RBAC_GROUP, 'rolebindings', 'let the agent observe'),
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

/** What it takes to follow a workload, with every trigger. */
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

/** Two purposes may need one permission; the first one is told. */
function isFirst(permission: Permission, index: number, all: readonly Permission[]): boolean {
  return all.findIndex((other) => toText(other) === toText(permission)) === index
}
