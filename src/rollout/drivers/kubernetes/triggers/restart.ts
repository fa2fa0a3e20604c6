import { restartWorkload } from '../workload.ts'
import { untilNewReady } from './health.ts'
import { noProblems, type Trigger } from './trigger.ts'

/** Like `kubectl rollout restart`. */
export const restart: Trigger = {
  does: (what) => `restart ${what}`,
  permissions: ({ resource, name }) => [{ verb: 'patch', group: 'apps', resource, name, why: 'restart it' }],
  problems: noProblems,
  replacesAll: true,
  async pull(ports) {
    await restartWorkload(ports.api, ports.workload, new Date(), ports.signal)
    await untilNewReady(ports, ports.old)
  },
}
