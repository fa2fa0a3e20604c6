import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../../../../src/rollout/drivers/kubernetes/api/api-error.ts'
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

const failure = new Error('refused')
const answer = new ApiError(403, 'Forbidden', 'no longer')
const ofCluster = { code: 'LASTCALL_CLUSTER', message: /refused with 403 Forbidden: no longer$/ }

for (const [what, isEnded, refused, expected, given] of [
  ['is given up when the restart fails', false, failure, failure, 1],
  ['is not when the run is ended in the middle of it', true, failure, failure, 0],
  ['is not when the cluster fails, which is no fault of the pod', false, answer, ofCluster, 0],
] as const) {
  test(`a pod that is still starting ${what}`, async () => {
    let givenUp = 0
    const ending = new AbortController()
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
    await assert.rejects(restarter.restart(), expected)
    assert.equal(givenUp, given)
  })
}
