import { ApiError, isNotFound } from '../api/api-error.ts'
import type { ApiClient } from '../api/client.ts'
import { patiently } from '../api/patience.ts'
import { replaceOneByOne } from './one-by-one.ts'
import { noProblems, type Trigger } from './trigger.ts'

/** Like `kubectl delete pod`, one pod after another. */
export const deletePod: Trigger = {
  does: (what) => `delete every pod of ${what}, one after the other`,
  permissions: () => [{ verb: 'delete', group: '', resource: 'pods', why: 'delete its pods' }],
  problems: noProblems,
  replacesAll: false,
  pull: (ports) =>
    replaceOneByOne(ports, ({ name, uid }) => removePod(ports.api, ports.workload.namespace, { name, uid })),
}

/** The pod's uid differs, because a StatefulSet gives the same name to the next pod. */
const CONFLICT = 409

/** Deletes exactly this pod. A pod that is gone, or whose name another pod has, is already deleted. */
export async function removePod(
  api: ApiClient,
  namespace: string,
  { name, uid }: { readonly name: string; readonly uid: string },
): Promise<void> {
  try {
    await patiently(() => api.delete(`/api/v1/namespaces/${namespace}/pods/${name}`, { uid }))
  } catch (error) {
    const isOther = error instanceof ApiError && error.status === CONFLICT
    if (!isOther && !isNotFound(error)) throw error
  }
}
