import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApiClient } from '../../../../../src/rollout/drivers/kubernetes/api/client.ts'
import { untilNewReady } from '../../../../../src/rollout/drivers/kubernetes/triggers/health.ts'
import type { TriggerPorts } from '../../../../../src/rollout/drivers/kubernetes/triggers/trigger.ts'
import { eventually, turns } from '../../../../helpers/eventually.ts'
import { FakeApiServer } from '../../../../helpers/fake-api-server.ts'
import { makeDeployment, makeWorkload, paths } from '../../../../helpers/kubernetes-objects.ts'
import { deleting, observe, ready } from '../../../../helpers/observed-pods.ts'

test('a rollout is finished when the observer has seen the old pods go away as well', async (t) => {
  const server = await new FakeApiServer().start(t)
  const { metadata, ...rest } = makeDeployment()
  server.put(paths.deployments, { metadata: { ...metadata }, ...rest })
  const { pods, pod } = observe()
  pod(ready, 'ADDED')
  const old = pods.present()
  for (const uid of ['b', 'c']) pod({ ...ready, uid, name: uid }, 'ADDED')
  let hasNewOnes = false
  let isFinished = false
  const ports = {
    api: createApiClient(server.access),
    workload: makeWorkload(),
    pods: {
      ...pods,
      newOnesReady: async (...wanted: Parameters<typeof pods.newOnesReady>) => {
        await pods.newOnesReady(...wanted)
        hasNewOnes = true
      },
    },
    signal: AbortSignal.timeout(30_000),
    onNotice: assert.fail,
    onWaiting: () => undefined,
  }
  const finished = untilNewReady(ports as unknown as TriggerPorts, old).then(() => (isFinished = true))
  await eventually('new pods', () => hasNewOnes)
  await turns(3)
  assert.equal(isFinished, false)
  pod(deleting)
  await finished
})
