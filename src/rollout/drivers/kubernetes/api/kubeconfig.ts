import { KubeConfig } from '@kubernetes/client-node'
import { LastcallError } from '../../../../core/errors.ts'
import type { ApiAccess, AuthorizedOptions } from './access.ts'

/** The choice of a cluster, like the kubectl flags with the same names. */
export interface ClusterChoice {
  /** The file. Undefined: `KUBECONFIG`, then `~/.kube/config`, then the pod's own service account. */
  readonly kubeconfig: string | undefined
  /** Undefined: the current context in the file. */
  readonly context: string | undefined
}

/** Access to a cluster. */
export interface ClusterAccess extends ApiAccess {
  readonly context: string
  /** Namespace of the context; `default` if it has none. */
  readonly namespace: string
}

/**
 * Reads the kubeconfig like kubectl, with every kind of authentication.
 * @throws LastcallError `LASTCALL_CLUSTER` without a usable file, context or cluster
 */
export function loadKubeconfig({ kubeconfig, context }: ClusterChoice): ClusterAccess {
  const config = new KubeConfig()
  try {
    if (kubeconfig === undefined) config.loadFromDefault()
    else config.loadFromFile(kubeconfig)
  } catch (error) {
    const file = kubeconfig ?? process.env['KUBECONFIG'] ?? '~/.kube/config'
    throw unusable(`the kubeconfig ${file} cannot be read (${(error as Error).message})`, error)
  }
  if (config.getCurrentContext() === INVENTED_CONTEXT) {
    throw unusable('there is no kubeconfig: neither --kubeconfig nor KUBECONFIG nor ~/.kube/config; name one')
  }
  // Without TLS there is nothing to verify (`kubectl proxy`), but the library requires the setting.
  config.clusters = config.clusters.map((cluster) =>
    cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
  )
  if (context !== undefined) config.setCurrentContext(context)
  const chosen = config.getContextObject(config.getCurrentContext())
  const known = config.getContexts().map(({ name }) => name)
  if (!chosen) {
    throw unusable(
      `there is no context '${config.getCurrentContext()}' in the kubeconfig; ` +
        `there are: ${known.join(', ') || 'none'}; choose one with --context`,
    )
  }
  const cluster = config.getCurrentCluster()
  if (!cluster)
    throw unusable(`the context '${chosen.name}' names the cluster '${chosen.cluster}', which is not there`)
  return {
    server: cluster.server,
    context: chosen.name,
    namespace: chosen.namespace ?? 'default',
    async authorize() {
      const options: AuthorizedOptions = {}
      await config.applyToHTTPSOptions(options)
      return options
    },
  }
}

/** Without a file the library invents a cluster on localhost and gives it this name. */
const INVENTED_CONTEXT = 'loaded-context'

function unusable(problem: string, cause?: unknown): LastcallError {
  return new LastcallError('LASTCALL_CLUSTER', [problem], cause)
}
