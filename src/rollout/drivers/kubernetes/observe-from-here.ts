import { type Observer, startObserver } from './agent/observer.ts'
import type { AgentLine } from './agent/protocol.ts'
import type { ApiClient } from './api/client.ts'
import type { Preflight } from './preflight.ts'

/** Receivers of the observed facts. */
export interface HerePorts {
  readonly api: ApiClient
  /** A line as an agent in the cluster would write it, with times of this machine's clock. */
  onLine(line: AgentLine): void
  /**
   * The API server refuses permanently, so nothing more is seen. Not called before the first lists were read.
   */
  onFailed(error: Error): void
}

/** Observes a workload with the rights of the user. Its pods cannot be reached from outside the cluster. */
export function observeFromHere(
  { workload, service, targetPort }: Preflight,
  { api, onLine, onFailed }: HerePorts,
): Omit<Observer, 'failed'> {
  const { synced, failed, stop } = startObserver(
    api,
    {
      namespace: workload.namespace,
      workload,
      selector: workload.selector,
      ...(service && { service: service.service }),
      ...(targetPort !== undefined && { targetPort }),
      reachesPods: false,
    },
    (message, at) => onLine({ n: 0, at, ...message }),
  )
  const watchEnd = (): void => void failed.catch(onFailed)
  synced.then(watchEnd, () => undefined)
  return { synced, stop }
}
