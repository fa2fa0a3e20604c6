import { evictPermission, evictPod } from './evict-pod.ts'
import { replaceOneByOne } from './one-by-one.ts'
import { noProblems, type Trigger } from './trigger.ts'

/** By the Eviction API, which respects PodDisruptionBudgets, one pod after the other. */
export const evict: Trigger = {
  does: (what) => `evict every pod of ${what}, one after the other`,
  permissions: () => [evictPermission],
  problems: noProblems,
  replacesAll: false,
  pull: (ports) => replaceOneByOne(ports, (pod) => evictPod(ports, pod)),
}
