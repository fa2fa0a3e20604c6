import { LastcallError } from '../../../core/errors.ts'
import type { ApiClient } from './api/client.ts'
import { permissionsFor, type RunChoice } from './permissions.ts'
import { type Permission, toRoleText, toText } from './policy-rules.ts'
import { findService, type ServiceChoice, type ServiceTarget } from './service.ts'
import { readSurroundings } from './surroundings.ts'
import { triggers } from './triggers/triggers.ts'
import { findWorkload, type Workload, workloadProblems } from './workload.ts'
import type { WorkloadName } from './workload-kinds.ts'

/** What is to be rolled out, as the user named it. */
export interface RolloutChoice extends ServiceChoice, RunChoice {
  readonly namespace: string
  readonly workload: WorkloadName
}

/** Everything that has to be known before anything is created. */
export interface Preflight {
  readonly workload: Workload
  readonly service: ServiceTarget
  /** What a person should know; nothing of it is in the way. */
  readonly notes: readonly string[]
}

/**
 * Looks whether the run can be done, and changes nothing.
 * @throws LastcallError `LASTCALL_PERMISSION`, `LASTCALL_WORKLOAD`, `LASTCALL_SERVICE`
 */
export async function preflight(api: ApiClient, choice: RolloutChoice): Promise<Preflight> {
  await checkPermissions(api, choice)
  const workload = await findWorkload(api, choice.namespace, choice.workload)
  const { trigger } = choice
  const surroundings = await readSurroundings(api, workload, trigger)
  const problems = [
    ...workloadProblems(workload, trigger),
    ...(await triggers[trigger].problems(workload, api)),
    ...surroundings.problems,
  ]
  if (problems.length > 0) throw new LastcallError('LASTCALL_WORKLOAD', problems)
  return { workload, service: await findService(api, workload, choice), notes: surroundings.notes }
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
  const here = missing.filter(({ clusterWide }) => clusterWide === undefined)
  const clusterWide = missing.filter((permission) => permission.clusterWide === true)
  throw new LastcallError('LASTCALL_PERMISSION', [
    `in the namespace '${choice.namespace}' you may not:\n      ${table.join('\n      ')}`,
    ...(here.length > 0
      ? [`this Role grants it; bind it to yourself:\n${indent(toRoleText(choice.namespace, here))}`]
      : []),
    ...(clusterWide.length > 0
      ? [`nodes need a ClusterRole; bind it to yourself:\n${indent(toRoleText(undefined, clusterWide))}`]
      : []),
  ])
}

async function isAllowed(api: ApiClient, namespace: string, permission: Permission): Promise<boolean> {
  const { verb, group, resource, subresource, name, clusterWide } = permission
  const attributes = {
    ...(clusterWide === undefined && { namespace }),
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

function indent(text: string): string {
  return text.replaceAll(/^/gm, '      ')
}
