import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultLoad } from '../../../../src/load/load-options.ts'
import type { KubernetesOptions } from '../../../../src/rollout/drivers/kubernetes/kubernetes-options.ts'
import type { AgentPlan } from '../../../../src/rollout/drivers/kubernetes/agent-plan.ts'
import { planAgent } from '../../../../src/rollout/drivers/kubernetes/remote-agent.ts'
import { makeDeployment, makeWorkload } from '../../../helpers/kubernetes-objects.ts'

const containers = [
  { name: 'app', image: 'registry.test/shop:1' },
  { name: 'sidecar', image: 'proxy:1' },
]
const imagePullSecrets = [{ name: 'registry' }]

function planned(image: string): Pick<AgentPlan, 'image' | 'imagePullSecrets'> {
  const template = { metadata: {}, spec: { containers, imagePullSecrets } }
  const workload = makeWorkload(makeDeployment({ spec: { template } }))
  const found = { workload, destination: {} }
  const options = { found, image, load: defaultLoad } as unknown as KubernetesOptions
  const plan = planAgent(options)
  return { image: plan.image, imagePullSecrets: plan.imagePullSecrets }
}

test('the agent has the image that is named, without secrets', () => {
  assert.deepEqual(planned('node:24-slim'), { image: 'node:24-slim', imagePullSecrets: [] })
})

test('with `workload` the agent has the image of the first container, and is pulled with its secrets', () => {
  assert.deepEqual(planned('workload'), { image: 'registry.test/shop:1', imagePullSecrets })
})
