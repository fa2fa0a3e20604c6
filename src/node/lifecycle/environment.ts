import cluster from 'node:cluster'
import type { LifecycleOptions } from '../../core/options.ts'
import type { HostProcess } from '../host/process.ts'

/**
 * The environment that options are read from. All workers of a cluster would share one probe port and one
 * termination log. So only the primary uses them, unless code says otherwise.
 */
export function environmentFor(
  { probePort, terminationLog }: LifecycleOptions,
  env: HostProcess['env'],
): HostProcess['env'] {
  if (!cluster.isWorker) return env
  return {
    ...env,
    LASTCALL_PROBE_PORT: probePort === undefined ? 'false' : undefined,
    LASTCALL_TERMINATION_LOG: terminationLog === undefined ? 'false' : undefined,
  }
}
