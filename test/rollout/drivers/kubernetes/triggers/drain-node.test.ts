import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createApiClient } from '../../../../../src/rollout/drivers/kubernetes/api/client.ts'
import { drainNode } from '../../../../../src/rollout/drivers/kubernetes/triggers/drain-node.ts'
import { eventually } from '../../../../helpers/eventually.ts'
import { send } from '../../../../helpers/fake-api-server.ts'
import { makeWorkload, paths } from '../../../../helpers/kubernetes-objects.ts'
import { type TriggerPlace, triggerPlace } from '../../../../helpers/trigger-place.ts'

/** Requests that changed something, in short. */
const steps = ({ changes }: TriggerPlace): readonly string[] =>
  changes().map(({ method, path, body }) => {
    const { spec } = body as { spec?: { unschedulable?: boolean | null } }
    return `${method} ${path}${spec === undefined ? '' : ` ${spec.unschedulable}`}`
  })
const all = [
  `PATCH ${paths.nodes}/node-1 true`,
  `POST ${paths.pods}/shop-1-0/eviction`,
  `PATCH ${paths.nodes}/node-1 null`,
]

suite('--trigger drain-node', () => {
  test('cordons the node of the oldest pod, evicts the pods there, and uncordons it', async (t) => {
    const place = await triggerPlace(t, 'drain-node')
    await place.restarter.restart()
    await place.restarter.oldPodsGone()
    assert.deepEqual(steps(place), all)
    assert.deepEqual(place.cordoned(), [])
    assert.deepEqual(
      place.pods.records().map(({ name, ending, cluster }) => `${name} ${ending} ${cluster?.node}`),
      ['shop-1-0 clean node-1', 'shop-1-1 running node-2', 'shop-1-2 running node-2'],
    )
    assert.deepEqual(place.notices, [
      "the node 'node-1' is cordoned until its pods are replaced; by hand: kubectl uncordon node-1",
      "the node 'node-1' was uncordoned",
    ])
  })

  test('leaves a node cordoned that was so before, and says so', async (t) => {
    const place = await triggerPlace(t, 'drain-node')
    place.server.put(paths.nodes, { metadata: { name: 'node-1' }, spec: { unschedulable: true } })
    await place.restarter.restart()
    assert.deepEqual(steps(place), [`POST ${paths.pods}/shop-1-0/eviction`])
    assert.deepEqual(place.cordoned(), ['node-1'])
    assert.deepEqual(place.notices, ["the node 'node-1' was cordoned before, and is left so"])
  })

  test('uncordons when the run is ended in the middle of it', async (t) => {
    const place = await triggerPlace(t, 'drain-node')
    const restarted = assert.rejects(place.restarter.restart())
    await eventually('the node is cordoned', () => place.cordoned().length === 1)
    place.ending.abort()
    await place.restarter.ended()
    await restarted
    assert.deepEqual(place.cordoned(), [])
  })

  test('uncordons when a pod cannot be evicted in time', async (t) => {
    const place = await triggerPlace(t, 'drain-node', 300)
    place.controller.refusals.push('no disruption allowed')
    await assert.rejects(place.restarter.restart(), {
      code: 'LASTCALL_WORKLOAD',
      message:
        /the node drain was not finished within 300ms: shop-1-0 cannot be evicted: no disruption allowed/,
    })
    assert.deepEqual(steps(place), all)
  })

  test('uncordons after a request to cordon whose answer was an error: it may have been done', async (t) => {
    const place = await triggerPlace(t, 'drain-node')
    const { intercept } = place.server
    place.server.intercept = (request, response) => {
      if (!JSON.stringify(request.body ?? '').includes('"unschedulable":true'))
        return intercept(request, response)
      place.server.put(paths.nodes, { metadata: { name: 'node-1' }, spec: { unschedulable: true } })
      send(response, 403, { reason: 'Forbidden', message: 'too late' })
      return true
    }
    await assert.rejects(place.restarter.restart(), {
      code: 'LASTCALL_CLUSTER',
      message: /refused with 403 Forbidden: too late$/,
    })
    assert.deepEqual(place.cordoned(), [])
  })

  test('says how to uncordon by hand when the API server refuses that', async (t) => {
    const place = await triggerPlace(t, 'drain-node', 300)
    place.controller.refusals.push('no disruption allowed')
    place.refuse('"unschedulable":null')
    await assert.rejects(place.restarter.restart(), { code: 'LASTCALL_WORKLOAD' })
    const sentence =
      "lastcall could not uncordon the node 'node-1' (no longer); do it by hand: kubectl uncordon node-1"
    assert.equal(place.notices.at(-1), sentence)
    assert.deepEqual(place.restarter.leftBehind(), [sentence])
  })

  test('refuses a DaemonSet, and a cluster without another node for the pods', async (t) => {
    const { server } = await triggerPlace(t, 'drain-node')
    const api = createApiClient(server.access)
    assert.deepEqual(await drainNode.problems(makeWorkload(), api, {}), [])
    const [daemonSet] = await drainNode.problems({ ...makeWorkload(), kind: 'DaemonSet' }, api, {})
    assert.match(daemonSet!, /^a node drain leaves the pods of DaemonSet 'shop' where they are/)
    server.put(paths.nodes, { metadata: { name: 'node-2' }, spec: { unschedulable: true } })
    const [alone] = await drainNode.problems(makeWorkload(), api, {})
    assert.match(alone!, /^no node other than 'node-1' can take the pods of Deployment 'shop': ready,/)
    const tainted = {
      metadata: { name: 'node-2' },
      spec: { taints: [{ key: 'dedicated', value: 'batch', effect: 'NoSchedule' }] },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    }
    server.put(paths.nodes, tainted)
    assert.equal((await drainNode.problems(makeWorkload(), api, {})).length, 1)
  })
})
