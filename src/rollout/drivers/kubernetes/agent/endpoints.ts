import type { EndpointSliceObject } from '../api/objects.ts'
import type { AgentMessage } from './protocol.ts'

type EndpointMessage = Extract<AgentMessage, { readonly type: 'endpoint' }>

/** Tracks the addresses of a Service over all its slices, because an address may move between them. */
export interface EndpointTracker {
  /** Processes a changed or deleted slice and returns the changes. */
  take(slice: EndpointSliceObject, isDeleted: boolean): readonly EndpointMessage[]
}

/** Creates a tracker without addresses. */
export function createEndpointTracker(): EndpointTracker {
  const slices = new Map<string, readonly EndpointMessage[]>()
  let known = new Map<string, EndpointMessage>()
  return {
    take(slice, isDeleted) {
      if (isDeleted) slices.delete(slice.metadata.uid)
      else slices.set(slice.metadata.uid, endpointsOf(slice))
      const now = new Map([...slices.values()].flat().map((endpoint) => [keyOf(endpoint), endpoint]))
      const changed = [...now].filter(([key, endpoint]) => isOther(known.get(key), endpoint))
      const gone = [...known].filter(([key]) => !now.has(key))
      known = now
      return [
        ...changed.map(([, endpoint]) => endpoint),
        ...gone.map(([, endpoint]) => ({ ...endpoint, ready: false, serving: false, gone: true })),
      ]
    },
  }
}

function endpointsOf({ endpoints }: EndpointSliceObject): readonly EndpointMessage[] {
  return (endpoints ?? []).flatMap(({ addresses, conditions = {}, targetRef }) =>
    addresses.map((address) => ({
      type: 'endpoint' as const,
      address,
      pod: targetRef?.name ?? '',
      // The API defines an unset `ready` as true, and an unset `serving` as `ready`.
      ready: conditions.ready ?? true,
      serving: conditions.serving ?? conditions.ready ?? true,
      terminating: conditions.terminating ?? false,
      gone: false,
    })),
  )
}

const keyOf = ({ address, pod }: EndpointMessage): string => `${address} ${pod}`

function isOther(before: EndpointMessage | undefined, now: EndpointMessage): boolean {
  return JSON.stringify(before) !== JSON.stringify(now)
}
