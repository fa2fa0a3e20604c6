import { setTimeout as sleep } from 'node:timers/promises'
import { restartWorkload } from '../workload.ts'
import { followRollout } from './health.ts'
import { noProblems, type Trigger } from './trigger.ts'

/** How long the observer may take to see what the controller has said already. Milliseconds. */
const OBSERVER_LAG_MS = 30_000

/** As `kubectl rollout restart`. */
export const restart: Trigger = {
  does: (what) => `restart ${what}`,
  permissions: ({ resource, name }) => [{ verb: 'patch', group: 'apps', resource, name, why: 'restart it' }],
  problems: noProblems,
  replacesAll: true,
  async pull(ports) {
    const { api, workload, pods, old, signal, onNotice } = ports
    await restartWorkload(api, workload, new Date())
    const wanted = await followRollout(ports)
    // Never, when the workload is scaled meanwhile.
    const late = sleep(OBSERVER_LAG_MS, 'late', { signal, ref: false })
    if ((await Promise.race([pods.newOnesReady(wanted, old), late])) === 'late') {
      onNotice(`${wanted} new pods that are ready were not seen; is the workload scaled meanwhile?`)
    }
  },
}
