import { evictPermission, evictPod } from './evict-pod.ts'
import { replaceOneByOne } from './one-by-one.ts'
import { noProblems, type Trigger } from './trigger.ts'

/** Uses the Eviction API, which respects PodDisruptionBudgets, one pod after another. */
export const evict: Trigger = {
  does: (what) => `evict every pod of ${what}, one after the other`,
  permissions: () => [evictPermission],
  problems: noProblems,
  replacesAll: false,
  pull: (ports) => replaceOneByOne(ports, (pod) => evictPod(ports, pod)),
}
