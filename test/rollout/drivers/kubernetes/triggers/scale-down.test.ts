import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { scaleDown } from '../../../../../src/rollout/drivers/kubernetes/triggers/scale-down.ts'
import type { ApiClient } from '../../../../../src/rollout/drivers/kubernetes/api/client.ts'
import { eventually } from '../../../../helpers/eventually.ts'
import { send } from '../../../../helpers/fake-api-server.ts'
import { makeDeployment, makeWorkload, paths } from '../../../../helpers/kubernetes-objects.ts'
import { type TriggerPlace, triggerPlace } from '../../../../helpers/trigger-place.ts'

const scalePath = `${paths.deployments}/shop/scale`
const scaledTo = ({ changes }: TriggerPlace): readonly unknown[] =>
  changes()
    .filter(({ path }) => path === scalePath)
    .map(({ body }) => (body as { spec: { replicas: number } }).spec.replicas)

suite('--trigger scale-down', () => {
  test('scales down by one with a merge patch, waits until a pod is gone, and scales back', async (t) => {
    const place = await triggerPlace(t, 'scale-down')
    await place.restarter.restart()
    await place.restarter.oldPodsGone()
    assert.deepEqual(scaledTo(place), [1, 2])
    assert.equal(place.changes()[0]?.contentType, 'application/merge-patch+json')
    assert.deepEqual(
      place.pods.records().map(({ name, ending }) => `${name} ${ending}`),
      ['shop-1-0 running', 'shop-1-1 clean', 'shop-1-2 running'],
    )
    assert.deepEqual(place.notices, [
      "Deployment 'shop' was scaled to 1",
      'by hand: kubectl scale deployment/shop --replicas=2 -n ns',
      "Deployment 'shop' was scaled to 2",
    ])
  })

  test('can be repeated', async (t) => {
    const place = await triggerPlace(t, 'scale-down')
    await place.restarter.restart()
    await place.restarter.restart()
    assert.deepEqual(scaledTo(place), [1, 2, 1, 2])
  })

  test('scales back when the run is ended in the middle of it', async (t) => {
    const place = await triggerPlace(t, 'scale-down')
    const restarted = assert.rejects(place.restarter.restart())
    await eventually('it is scaled down', () => place.wanted() === 1)
    place.ending.abort()
    await place.restarter.ended()
    await restarted
    assert.deepEqual(scaledTo(place), [1, 2])
  })

  test('scales back when no pod goes in time, and says what was waited for', async (t) => {
    const place = await triggerPlace(t, 'scale-down', 300)
    place.server.intercept = ({ path }, response) => {
      if (path === scalePath) send(response, 200, { metadata: { name: 'shop' }, spec: { replicas: 2 } })
      return path === scalePath
    }
    await assert.rejects(place.restarter.restart(), {
      code: 'LASTCALL_WORKLOAD',
      message: /the scale-down was not finished within 300ms: no pod has gone yet/,
    })
    assert.deepEqual(scaledTo(place), [1, 2])
  })

  test('says how to scale back by hand when the API server refuses that', async (t) => {
    const place = await triggerPlace(t, 'scale-down')
    place.refuse('"replicas":2')
    await assert.rejects(place.restarter.restart(), {
      code: 'LASTCALL_CLUSTER',
      message: /refused with 403 Forbidden: no longer$/,
    })
    assert.equal(
      place.notices.at(-1),
      "lastcall could not scale Deployment 'shop' back to 2 (no longer); do it by hand: " +
        'kubectl scale deployment/shop --replicas=2 -n ns',
    )
  })

  test('refuses one pod, DaemonSets, and StatefulSets that delete the volumes of pods', async () => {
    const api = {} as ApiClient
    const workload = makeWorkload()
    const withPolicy = makeDeployment({
      spec: { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } },
    })
    const problems = await Promise.all([
      scaleDown.problems(workload, api, {}),
      scaleDown.problems({ ...workload, replicas: 1 }, api, {}),
      scaleDown.problems({ ...workload, kind: 'DaemonSet' }, api, {}),
      scaleDown.problems({ ...workload, kind: 'StatefulSet', object: withPolicy }, api, {}),
    ])
    assert.deepEqual(
      problems.map((found) => found.length),
      [0, 1, 1, 1],
    )
    assert.match(problems[1]!.join(), /^Deployment 'shop' wants 1 pod, and scale-down leaves at least one/)
    assert.match(problems[2]!.join(), /^DaemonSet 'shop' cannot be scaled/)
    assert.match(problems[3]!.join(), /deletes the volumes of pods that are scaled away/)
  })
})
