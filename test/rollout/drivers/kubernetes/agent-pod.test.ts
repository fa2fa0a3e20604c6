import assert from 'node:assert/strict'
import { suite, test, type TestContext } from 'node:test'
import {
  type AgentPodPlan,
  type AgentPods,
  waitForAgentPods,
} from '../../../../src/rollout/drivers/kubernetes/agent-pod.ts'
import { createApiClient } from '../../../../src/rollout/drivers/kubernetes/api/client.ts'
import { FakeApiServer } from '../../../helpers/fake-api-server.ts'
import { namespace, paths } from '../../../helpers/kubernetes-objects.ts'

const plan: AgentPodPlan = { namespace, name: 'lastcall-1', image: 'node:24-slim', generators: 2 }

function putPod(server: FakeApiServer, index: number, state: object): void {
  const annotations = { 'batch.kubernetes.io/job-completion-index': String(index) }
  server.put(paths.pods, {
    metadata: { name: `lastcall-1-${index}`, labels: { 'lastcall.dev/run': 'lastcall-1' }, annotations },
    spec: { containers: [{ name: 'agent' }], nodeName: `node-${index}` },
    status: { phase: 'Pending', containerStatuses: [{ name: 'agent', state }] },
  })
}

async function begin(
  t: TestContext,
  changes: Partial<AgentPodPlan> = {},
): Promise<{ readonly server: FakeApiServer; readonly pods: Promise<AgentPods> }> {
  const server = await new FakeApiServer().start(t)
  const ending = new AbortController()
  t.after(() => ending.abort())
  const pods = waitForAgentPods(createApiClient(server.access), { ...plan, ...changes }, ending.signal)
  pods.catch(() => undefined)
  return { server, pods }
}

suite('waitForAgentPods()', () => {
  test('waits for all of them, and has them in the order of their indexes', async (t) => {
    const { server, pods } = await begin(t)
    putPod(server, 1, { running: {} })
    putPod(server, 0, { waiting: { reason: 'ContainerCreating' } })
    putPod(server, 0, { running: {} })
    assert.deepEqual(await pods, [
      { name: 'lastcall-1-0', node: 'node-0', index: 0 },
      { name: 'lastcall-1-1', node: 'node-1', index: 1 },
    ])
  })

  test('does not wait for the others when one has ended', async (t) => {
    const { server, pods } = await begin(t)
    putPod(server, 0, { waiting: { reason: 'ContainerCreating' } })
    putPod(server, 1, { terminated: { exitCode: 1 } })
    assert.deepEqual(
      (await pods).map(({ index }) => index),
      [1],
    )
  })

  test('says how many have started in time, and why the next one has not', async (t) => {
    const { server, pods } = await begin(t, { timeoutMs: 300 })
    putPod(server, 0, { running: {} })
    putPod(server, 1, { waiting: { reason: 'ContainerCreating' } })
    await assert.rejects(pods, {
      problems: [
        'only 1 of 2 generators started within 0.3 s: ContainerCreating; lower --generators, or make room for their pods',
      ],
    })
  })
})
