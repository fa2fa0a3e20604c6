import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiClient } from '../../../../src/rollout/drivers/kubernetes/api/client.ts'
import type { ObservedPods } from '../../../../src/rollout/drivers/kubernetes/pods.ts'
import { createRestarter } from '../../../../src/rollout/drivers/kubernetes/restarter.ts'

const workload = {
  kind: 'Deployment',
  name: 'shop',
  namespace: 'prod',
  resource: 'deployments',
  uid: '1',
  selector: 'app=shop',
} as const

for (const [what, isEnded, given] of [
  ['is given up when the restart fails', false, 1],
  ['is not when the run is ended in the middle of it', true, 0],
] as const) {
  test(`a pod that is still starting ${what}`, async () => {
    let givenUp = 0
    const ending = new AbortController()
    const refused = new Error('refused')
    const api = {
      get: async () => {
        if (isEnded) ending.abort()
        throw refused
      },
    } as unknown as ApiClient
    const pods = { present: () => new Set(), giveUp: () => givenUp++ } as unknown as ObservedPods
    const { signal } = ending
    const restarter = createRestarter(workload, {
      api,
      pods,
      trigger: 'restart',
      settings: {},
      timeoutMs: 1_000,
      signal,
      onNotice: () => {},
    })
    await assert.rejects(restarter.restart(), refused)
    assert.equal(givenUp, given)
  })
}
