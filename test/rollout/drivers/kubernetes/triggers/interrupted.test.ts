import assert from 'node:assert/strict'
import { test } from 'node:test'
import { paths } from '../../../../helpers/kubernetes-objects.ts'
import { triggerPlace } from '../../../../helpers/trigger-place.ts'

for (const [trigger, path, settings] of [
  ['restart', `${paths.deployments}/shop`, {}],
  ['scale-down', `${paths.deployments}/shop/scale`, {}],
  ['image', `${paths.deployments}/shop`, { toImage: 'shop:2' }],
  ['drain-node', `${paths.nodes}/node-1`, {}],
] as const) {
  test(`--trigger ${trigger} changes nothing when the run is ended while it looks`, async (t) => {
    const place = await triggerPlace(t, trigger, 5_000, settings)
    const { intercept } = place.server
    place.server.intercept = (request, response) => {
      if (request.method === 'GET' && request.path === path) place.ending.abort()
      return intercept(request, response)
    }
    await assert.rejects(place.restarter.restart(), { name: 'AbortError' })
    assert.deepEqual([place.changes(), place.notices, place.restarter.leftBehind()], [[], [], []])
  })
}

for (const trigger of ['evict', 'delete-pod'] as const) {
  test(`--trigger ${trigger} takes no pod when the run has ended`, async (t) => {
    const place = await triggerPlace(t, trigger)
    place.ending.abort()
    await assert.rejects(place.restarter.restart(), { name: 'AbortError' })
    assert.deepEqual(place.changes(), [])
  })
}
