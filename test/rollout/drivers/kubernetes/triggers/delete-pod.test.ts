import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { eventually } from '../../../../helpers/eventually.ts'
import { send } from '../../../../helpers/fake-api-server.ts'
import { paths } from '../../../../helpers/kubernetes-objects.ts'
import { triggerPlace } from '../../../../helpers/trigger-place.ts'

suite('--trigger delete-pod', () => {
  test('deletes one old pod after the other, each when the workload is healthy again', async (t) => {
    const { server, pods, restarter, changes } = await triggerPlace(t, 'delete-pod')
    const servingAtDeletion: number[] = []
    const { intercept } = server
    server.intercept = (request, response) => {
      if (request.method === 'DELETE')
        servingAtDeletion.push(pods.there().filter(({ ready, deleting }) => ready && !deleting).length)
      return intercept(request, response)
    }
    const uids = [...pods.present()]
    await restarter.restart()
    await restarter.oldPodsGone()
    assert.deepEqual(
      changes().map(({ method, path }) => `${method} ${path}`),
      [`DELETE ${paths.pods}/shop-1-0`, `DELETE ${paths.pods}/shop-1-1`],
    )
    assert.deepEqual(servingAtDeletion, [2, 2])
    assert.deepEqual(
      changes().map(({ body }) => (body as { preconditions: unknown }).preconditions),
      uids.map((uid) => ({ uid })),
    )
    assert.deepEqual(
      pods.records().map(({ ending }) => ending),
      ['clean', 'clean', 'running', 'running'],
    )
  })

  for (const [status, why] of [
    [404, 'that is gone'],
    [409, 'whose name another pod has by now'],
  ] as const) {
    test(`goes on after a pod ${why}`, async (t) => {
      const { server, restarter } = await triggerPlace(t, 'delete-pod')
      const { intercept } = server
      let isFirst = true
      server.intercept = (request, response) => {
        if (request.method !== 'DELETE' || !isFirst) return intercept(request, response)
        isFirst = false
        server.remove(paths.pods, 'shop-1-0')
        send(response, status, { reason: 'NotThere', message: 'another pod' })
        server.put(paths.pods, { ...server.object(paths.pods, 'shop-1-1')!, metadata: renamed(server) })
        return true
      }
      await restarter.restart()
      await restarter.oldPodsGone()
    })
  }

  test('goes on with fewer pods when an autoscaler scales down meanwhile', async (t) => {
    const { controller, pods, restarter } = await triggerPlace(t, 'delete-pod', 5_000)
    controller.restartFate = 'stuck'
    const restarted = restarter.restart()
    await eventually('the first pod is replaced by one that is not ready', () => {
      const there = pods.there()
      return there.length === 2 && there.some(({ name, ready }) => name !== 'shop-1-1' && !ready)
    })
    controller.restartFate = 'works'
    await controller.scale(1)
    await restarted
    await restarter.oldPodsGone()
    assert.equal(pods.there().filter(({ ready }) => ready).length, 1)
    assert.ok(pods.there().every(({ name }) => !['shop-1-0', 'shop-1-1'].includes(name)))
  })

  test('a replacement that does not become ready is the reason in the end', async (t) => {
    const { controller, pods, restarter } = await triggerPlace(t, 'delete-pod', 1_000)
    controller.restartFate = 'stuck'
    await assert.rejects(restarter.restart(), {
      code: 'LASTCALL_WORKLOAD',
      message: /the round of deletions was not finished within 1s: 1 of 2 pods are ready/,
    })
    await restarter.oldPodsGone()
    assert.deepEqual(
      pods.records().map(({ ending }) => ending),
      ['clean', 'running', 'not-ready'],
    )
  })
})

/** Metadata of a new pod of the same workload. */
function renamed(server: Awaited<ReturnType<typeof triggerPlace>>['server']): { name: string } {
  const { uid: _, ...metadata } = server.object(paths.pods, 'shop-1-1')!.metadata
  return { ...metadata, name: 'shop-1-x' }
}
