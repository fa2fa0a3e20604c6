import { after } from 'node:test'
import { defaultLoad } from '../../../../src/load/load-options.ts'
import type { Driver } from '../../../../src/rollout/driver.ts'
import { createApiClient } from '../../../../src/rollout/drivers/kubernetes/api/client.ts'
import { createKubernetesDriver } from '../../../../src/rollout/drivers/kubernetes/driver.ts'
import type { Timeline } from '../../../../src/rollout/timeline.ts'
import { FakeCluster } from '../../../helpers/fake-cluster.ts'
import { kubernetesOptions } from '../../../helpers/kubernetes-options.ts'
import { testDriver } from '../../driver-contract.ts'

const load = { ...defaultLoad, lanes: ['new-connections', 'slow'], ratePerSecond: 50, slowMs: 300 } as const

async function place(cluster: FakeCluster): Promise<(timeline: Timeline) => Driver> {
  await cluster.start({ after })
  const api = createApiClient(cluster.server.access)
  const options = await kubernetesOptions(api, load)
  return (timeline) => createKubernetesDriver(options, { api, timeline, onLost: () => undefined })
}

const cluster = new FakeCluster()
const stuck = new FakeCluster()
stuck.controller.restartFate = 'stuck'

testDriver('kubernetes, against a cluster in this process', {
  open: await place(cluster),
  openStuck: await place(stuck),
  load,
  leftOf: () => Promise.resolve([...cluster.leftovers(), ...stuck.leftovers()]),
})
