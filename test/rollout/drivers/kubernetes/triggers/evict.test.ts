import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createApiClient } from '../../../../../src/rollout/drivers/kubernetes/api/client.ts'
import { evictPod } from '../../../../../src/rollout/drivers/kubernetes/triggers/evict-pod.ts'
import { send } from '../../../../helpers/fake-api-server.ts'
import { makeWorkload, paths } from '../../../../helpers/kubernetes-objects.ts'
import { type TriggerPlace, triggerPlace } from '../../../../helpers/trigger-place.ts'

const budget = "Cannot evict pod as it would violate the pod's disruption budget."

suite('--trigger evict', () => {
  test('evicts one old pod after the other by the Eviction API', async (t) => {
    const { pods, restarter, changes } = await triggerPlace(t, 'evict')
    const [uid] = [...pods.present()]
    await restarter.restart()
    await restarter.oldPodsGone()
    assert.deepEqual(
      changes().map(({ method, path }) => `${method} ${path}`),
      [`POST ${paths.pods}/shop-1-0/eviction`, `POST ${paths.pods}/shop-1-1/eviction`],
    )
    assert.deepEqual(changes()[0]?.body, {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: 'shop-1-0', namespace: 'ns' },
      deleteOptions: { preconditions: { uid } },
    })
    assert.deepEqual(
      pods.records().map(({ ending }) => ending),
      ['clean', 'clean', 'running', 'running'],
    )
  })

  test('a PodDisruptionBudget that never allows it is the reason in the end, in its own words', async (t) => {
    const { controller, pods, restarter } = await triggerPlace(t, 'evict', 300)
    controller.refusals.push(budget, budget)
    await assert.rejects(restarter.restart(), {
      code: 'LASTCALL_WORKLOAD',
      message: new RegExp(
        `the round of evictions was not finished within 300ms: shop-1-0 cannot be evicted: ${budget}`,
      ),
    })
    assert.equal(pods.there().length, 2)
  })

  const evictOnce = async (
    place: TriggerPlace,
  ): Promise<{ readonly waits: readonly string[]; readonly posts: number }> => {
    const waits: string[] = []
    const api = createApiClient(place.server.access)
    const onWaiting = (why: string): void => void waits.push(why)
    const ports = { api, workload: makeWorkload(), signal: place.ending.signal, onWaiting }
    await evictPod(ports, { name: 'shop-1-0', uid: 'u' }, 10)
    return { waits, posts: place.changes().length }
  }

  test('a PodDisruptionBudget that refuses for the moment is asked again', async (t) => {
    const place = await triggerPlace(t, 'evict')
    place.controller.refusals.push(budget, budget)
    const { waits, posts } = await evictOnce(place)
    assert.deepEqual([waits.length, posts], [2, 3])
    assert.equal(waits[0], `shop-1-0 cannot be evicted: ${budget}`)
  })

  for (const [status, what, isRefused] of [
    [404, 'a pod that is gone is evicted already', false],
    [409, 'a pod that is another one by now is evicted already', false],
    [500, 'two PodDisruptionBudgets for one pod refuse for good', true],
    [403, 'a missing permission refuses for good', true],
  ] as const) {
    test(what, async (t) => {
      const place = await triggerPlace(t, 'evict')
      place.server.intercept = ({ path }, response) => {
        if (path.endsWith('/eviction')) send(response, status, { reason: 'No', message: 'no eviction' })
        return path.endsWith('/eviction')
      }
      const evicted = evictOnce(place)
      if (isRefused) await assert.rejects(evicted, { code: 'LASTCALL_WORKLOAD', message: /no eviction/ })
      else assert.equal((await evicted).posts, 1)
    })
  }
})
