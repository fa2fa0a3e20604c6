import type { AgentPlan, Manifest } from './agent-plan.ts'
import { followPermissions } from './permissions.ts'
import { agentRules, type Permission, type PolicyRule, RBAC_GROUP, toRules } from './policy-rules.ts'
import { triggers } from './triggers/triggers.ts'

type Metadata = Manifest['object']['metadata']
type RoleKind = 'Role' | 'ClusterRole'

/** The service account and role of the agent, and a cluster-wide role if it changes nodes. */
export function accountManifests(plan: AgentPlan, metadata: Metadata): readonly Manifest[] {
  const { namespace } = plan.workload
  const { here, clusterWide } = permissionsOf(plan)
  const account: Manifest = {
    path: `/api/v1/namespaces/${namespace}/serviceaccounts`,
    object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
  }
  const rules = [...agentRules(plan.name), ...toRules(here)]
  return [
    account,
    ...bind(plan, { kind: 'Role', metadata, rules, path: `/namespaces/${namespace}` }),
    ...(clusterWide.length > 0
      ? bind(plan, {
          kind: 'ClusterRole',
          metadata: withoutNamespace(metadata),
          rules: toRules(clusterWide),
          path: '',
        })
      : []),
  ]
}

/**
 * Permissions of an agent that does a run alone, beyond observing. For other agents the command line makes
 * the changes.
 */
function permissionsOf({ alone, workload }: AgentPlan): {
  readonly here: readonly Permission[]
  readonly clusterWide: readonly Permission[]
} {
  if (alone === undefined) return { here: [], clusterWide: [] }
  const all = [...followPermissions(workload), ...triggers[alone].permissions(workload)]
  return {
    here: all.filter(({ clusterWide }) => clusterWide === undefined),
    clusterWide: all.filter(({ clusterWide }) => clusterWide === true),
  }
}

/** Creates a role and binds it to the account. */
function bind(
  { name, workload: { namespace } }: AgentPlan,
  role: {
    readonly kind: RoleKind
    readonly metadata: Metadata
    readonly rules: readonly PolicyRule[]
    readonly path: string
  },
): readonly Manifest[] {
  const { kind, metadata, rules } = role
  const apiVersion = `${RBAC_GROUP}/v1`
  const path = `/apis/${apiVersion}${role.path}/${kind.toLowerCase()}`
  return [
    { path: `${path}s`, object: { apiVersion, kind, metadata, rules } },
    {
      path: `${path}bindings`,
      object: {
        apiVersion,
        kind: `${kind}Binding`,
        metadata,
        subjects: [{ kind: 'ServiceAccount', name, namespace }],
        roleRef: { apiGroup: RBAC_GROUP, kind, name },
      },
    },
  ]
}

function withoutNamespace({ name, labels }: Metadata): Metadata {
  return { name, labels }
}
