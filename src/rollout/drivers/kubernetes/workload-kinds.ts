import { LastcallError } from '../../../core/errors.ts'

/** Kinds of workloads that can be rolled out. */
export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet'

/** The workload that the user named. */
export interface WorkloadName {
  readonly kind: WorkloadKind
  readonly name: string
  /** Plural in paths and in roles, such as `deployments`. */
  readonly resource: string
}

const kinds: Readonly<
  Record<WorkloadKind, { readonly resource: string; readonly words: readonly string[] }>
> = {
  Deployment: { resource: 'deployments', words: ['deployment', 'deployments', 'deploy'] },
  StatefulSet: { resource: 'statefulsets', words: ['statefulset', 'statefulsets', 'sts'] },
  DaemonSet: { resource: 'daemonsets', words: ['daemonset', 'daemonsets', 'ds'] },
}

const argoRollouts = ['rollout', 'rollouts', 'ro']

/**
 * Parses `TYPE/NAME` or `TYPE NAME` with the type names of kubectl, including `deployment.apps/shop`.
 * @throws LastcallError `LASTCALL_USAGE` with the supported types
 */
export function parseWorkloadName(words: readonly string[]): WorkloadName {
  const given = words.join(' ')
  const [type = '', name = '', ...more] = words.flatMap((word) => word.split('/'))
  const [word = '', ...group] = type.toLowerCase().split('.')
  if (argoRollouts.includes(word) && (group.length === 0 || group.includes('argoproj'))) {
    throw usage(`'${given}' is an Argo Rollout, which is not supported yet; ${wanted}`)
  }
  const found = Object.entries(kinds).find(([, { words: known }]) => known.includes(word))
  const isOtherGroup = group.length > 0 && !group.includes('apps')
  if (!found || isOtherGroup || name === '' || more.length > 0) {
    throw usage(`got '${given}', ${wanted}`)
  }
  return { kind: found[0] as WorkloadKind, name, resource: found[1].resource }
}

const wanted = 'wanted a deployment, statefulset or daemonset such as deployment/shop'

function usage(problem: string): LastcallError {
  return new LastcallError('LASTCALL_USAGE', [problem])
}
