import { LastcallError } from '../../../core/errors.ts'
import type { ApiClient } from './api/client.ts'
import { type AccountChoice, type Permission, permissionsFor, toRules, toText } from './permissions.ts'
import { findService, type ServiceChoice, type ServiceTarget } from './service.ts'
import { findWorkload, type Workload, workloadProblems } from './workload.ts'
import type { WorkloadName } from './workload-kinds.ts'

/** What is to be rolled out, as the user named it. */
export interface RolloutChoice extends ServiceChoice, AccountChoice {
  readonly namespace: string
  readonly workload: WorkloadName
}

/** Everything that has to be known before anything is created. */
export interface Preflight {
  readonly workload: Workload
  readonly service: ServiceTarget
}

/**
 * Looks whether the run can be done, and changes nothing.
 * @throws LastcallError `LASTCALL_PERMISSION`, `LASTCALL_WORKLOAD`, `LASTCALL_SERVICE`
 */
export async function preflight(api: ApiClient, choice: RolloutChoice): Promise<Preflight> {
  await checkPermissions(api, choice)
  const workload = await findWorkload(api, choice.namespace, choice.workload)
  const problems = workloadProblems(workload)
  if (problems.length > 0) throw new LastcallError('LASTCALL_WORKLOAD', problems)
  return { workload, service: await findService(api, workload, choice) }
}

async function checkPermissions(api: ApiClient, choice: RolloutChoice): Promise<void> {
  const permissions = permissionsFor(choice.workload, choice)
  const allowed = await Promise.all(
    permissions.map((permission) => isAllowed(api, choice.namespace, permission)),
  )
  const missing = permissions.filter((_, index) => allowed[index] !== true)
  if (missing.length === 0) return
  const width = missing.reduce((most, permission) => Math.max(most, toText(permission).length), 0)
  const table = missing.map((permission) => `${toText(permission).padEnd(width)}  ${permission.why}`)
  throw new LastcallError('LASTCALL_PERMISSION', [
    `in the namespace '${choice.namespace}' you may not:\n      ${table.join('\n      ')}`,
    `this Role grants it; bind it to yourself:\n${indent(roleText(choice.namespace, missing))}`,
  ])
}

async function isAllowed(api: ApiClient, namespace: string, permission: Permission): Promise<boolean> {
  const { verb, group, resource, subresource, name } = permission
  const attributes = {
    namespace,
    verb,
    group,
    resource,
    ...(subresource !== undefined && { subresource }),
    ...(name !== undefined && { name }),
  }
  const { status } = await api.create<{ status?: { allowed?: boolean } }>(
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: attributes },
    },
  )
  return status?.allowed === true
}

function roleText(namespace: string, permissions: readonly Permission[]): string {
  const list = (values: readonly string[]): string => `[${values.map((value) => `'${value}'`).join(', ')}]`
  const rules = toRules(permissions).flatMap(({ apiGroups, resources, resourceNames, verbs }) => [
    `  - apiGroups: ${list(apiGroups)}`,
    `    resources: ${list(resources)}`,
    ...(resourceNames ? [`    resourceNames: ${list(resourceNames)}`] : []),
    `    verbs: ${list(verbs)}`,
  ])
  return [
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: Role',
    'metadata:',
    '  name: lastcall',
    `  namespace: ${namespace}`,
    'rules:',
    ...rules,
  ].join('\n')
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '      ')
}
