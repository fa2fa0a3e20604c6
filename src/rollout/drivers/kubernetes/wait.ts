import type { ApiClient } from './api/client.ts'
import type { KubernetesObject } from './api/objects.ts'
import { watchObjects, type WatchTarget } from './api/watch.ts'

/**
 * Watches objects and resolves to the first value that `look` returns. Calls `look` after the first list and
 * after each change.
 * @throws what `look` throws, the reason of the signal if it is aborted first, and ApiError
 */
export async function waitUntil<T extends KubernetesObject, Found>(
  api: ApiClient,
  target: WatchTarget,
  look: (objects: readonly T[]) => Found | undefined,
  signal: AbortSignal,
): Promise<Found> {
  const objects = new Map<string, T>()
  const enough = new AbortController()
  const { promise, resolve, reject } = Promise.withResolvers<Found>()
  let synced = false
  const ask = (): void => {
    if (!synced || enough.signal.aborted) return
    try {
      const found = look([...objects.values()])
      if (found === undefined) return
      resolve(found)
    } catch (error) {
      reject(error as Error)
    }
    enough.abort()
  }
  const watching = watchObjects<T>(
    api,
    target,
    {
      onEvent(type, object) {
        if (type === 'DELETED') objects.delete(object.metadata.uid)
        else objects.set(object.metadata.uid, object)
        ask()
      },
      onSynced() {
        synced = true
        ask()
      },
    },
    AbortSignal.any([signal, enough.signal]),
  )
  watching.then(() => reject(signal.reason as Error), reject)
  return promise
}
