import { LastcallError } from '../../../core/errors.ts'
import type { ApiClient } from './api/client.ts'
import type { ObserveFrom } from './observe-from.ts'
import { permissionsFor, type RunChoice } from './permissions.ts'
import { type Permission, toRoleText, toText } from './policy-rules.ts'
import type { WorkloadName } from './workload-kinds.ts'

/** The user whose rights to check, and the run they are for. */
export interface PermissionChoice extends Omit<RunChoice, 'observeFrom'> {
  readonly namespace: string
  readonly workload: WorkloadName
  /** Number of agents. Several agents need an account, to read when to send. Default: 1 */
  readonly generators?: number
  /** Undefined: observe from the cluster, or from here if the user's rights allow only that. */
  readonly observeFrom: ObserveFrom | undefined
}

/** The run that the user's rights allow. */
export interface Granted {
  readonly observeFrom: ObserveFrom
  readonly notes: readonly string[]
}

/**
 * Asks the API server whether the user may do everything that a run does.
 * @throws LastcallError `LASTCALL_PERMISSION` with everything that is missing, and the Role that grants it
 */
export async function checkPermissions(api: ApiClient, choice: PermissionChoice): Promise<Granted> {
  const { workload, namespace, observeFrom = 'cluster' } = choice
  const permissions = permissionsFor(workload, { ...choice, observeFrom })
  const allowed = await Promise.all(permissions.map((permission) => isAllowed(api, namespace, permission)))
  const missing = permissions.filter((_, index) => !allowed[index])
  if (missing.length === 0) return { observeFrom, notes: [] }
  const texts = missing.map(toText)
  const fromHere = permissionsFor(workload, { ...choice, observeFrom: 'here' })
  const needed = new Set(fromHere.map(toText))
  const forAccount = texts.filter((text) => !needed.has(text))
  const { serviceAccount, generators = 1 } = choice
  const isFree = choice.observeFrom === undefined && serviceAccount === undefined && generators === 1
  if (!isFree || forAccount.length === 0) throw refuse(namespace, missing)
  const others = fromHere.filter((permission) => texts.includes(toText(permission)))
  if (others.length > 0) throw refuse(namespace, others)
  return { observeFrom: 'here', notes: [noteOn(forAccount)] }
}

/** Explains why the observer is not in the cluster. */
function noteOn(missing: readonly string[]): string {
  const created = missing.filter((text) => text.startsWith('create '))
  const may = (created.length > 0 ? created : missing).join(', ')
  return (
    `this command observes the pods from here, because you may not make an account for the agent (${may}); ` +
    '--service-account names one that may observe'
  )
}

function refuse(namespace: string, missing: readonly Permission[]): LastcallError {
  const width = missing.reduce((most, permission) => Math.max(most, toText(permission).length), 0)
  const table = missing.map((permission) => `${toText(permission).padEnd(width)}  ${permission.why}`)
  const here = missing.filter(({ clusterWide }) => clusterWide === undefined)
  const clusterWide = missing.filter((permission) => permission.clusterWide === true)
  return new LastcallError('LASTCALL_PERMISSION', [
    `in the namespace '${namespace}' you may not:\n      ${table.join('\n      ')}`,
    ...(here.length > 0
      ? [`this Role grants it; bind it to yourself:\n${indent(toRoleText(namespace, here))}`]
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
