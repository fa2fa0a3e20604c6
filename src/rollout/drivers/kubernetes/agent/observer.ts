import type { ApiClient } from '../api/client.ts'
import type { EndpointSliceObject, EventObject, KubernetesObject, PodObject } from '../api/objects.ts'
import { watchObjects, type WatchListener, type WatchTarget } from '../api/watch.ts'
import { podsOf } from '../workload.ts'
import { createEndpointTracker } from './endpoints.ts'
import type { AgentMessage, ObservedWorkload } from './protocol.ts'
import { reportPods } from './report-pods.ts'
import { afterRoleLag } from './role-lag.ts'

/** Watches the pods of a workload, their endpoints, events and listeners. */
export interface Observer {
  /** Resolves when every watch has read its first list; rejects like `failed`. */
  readonly synced: Promise<void>
  /** Rejects with an ApiError when a watch is refused permanently; never resolves. */
  readonly failed: Promise<never>
  stop(): void
}

const MAX_EVENT_MESSAGE = 300

/** Starts to observe. `say` receives every fact with the wall time at which it was seen. */
export function startObserver(
  api: ApiClient,
  job: ObservedWorkload,
  say: (message: AgentMessage, atMs: number) => void,
): Observer {
  const stopping = new AbortController()
  const { signal } = stopping
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => undefined)
  const watch = <T extends KubernetesObject>(
    name: string,
    target: WatchTarget,
    onEvent: WatchListener<T>['onEvent'],
  ): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const listener: WatchListener<T> = {
      onEvent,
      onSynced: resolve,
      onGap: ({ from, to, lost, why }) =>
        say({ type: 'gap', watch: name, fromMs: from.wallMs, lost, why }, to.wallMs),
    }
    const watching = afterRoleLag(() => watchObjects(api, target, listener, signal), signal)
    watching.catch((error: unknown) => failed.reject(error))
    return promise
  }

  const namespace = `namespaces/${job.namespace}`
  const pods = watch<PodObject>('pods', podsOf(job), reportPods(job, say, signal))
  const endpoints = createEndpointTracker()
  const watchSlices = (service: string): Promise<void> =>
    watch<EndpointSliceObject>(
      'endpointslices',
      {
        path: `/apis/discovery.k8s.io/v1/${namespace}/endpointslices`,
        query: { labelSelector: `kubernetes.io/service-name=${service}` },
      },
      (type, slice, at) => {
        for (const message of endpoints.take(slice, type === 'DELETED')) say(message, at.wallMs)
      },
    )
  const slices = job.service === undefined ? undefined : watchSlices(job.service)
  // The first list contains past events.
  let hasEvents = false
  const events = watch<EventObject>('events', { path: `/api/v1/${namespace}/events` }, (type, event, at) => {
    if (hasEvents && type !== 'DELETED' && isAbout(job, event)) say(toMessage(event), at.wallMs)
  }).then(() => {
    hasEvents = true
  })
  const synced = Promise.race([Promise.all([pods, slices, events]), failed.promise]).then(() => undefined)
  synced.catch(() => undefined)
  return { synced, failed: failed.promise, stop: () => stopping.abort() }
}

/** Whether an event is about the workload or an object that belongs to it. */
function isAbout({ workload }: ObservedWorkload, { involvedObject: { name = '' } }: EventObject): boolean {
  return name === workload.name || name.startsWith(`${workload.name}-`)
}

function toMessage({
  reason = '',
  message = '',
  involvedObject: { kind = '', name = '' },
}: EventObject): AgentMessage {
  return { type: 'event', reason, about: `${kind}/${name}`, message: message.slice(0, MAX_EVENT_MESSAGE) }
}
