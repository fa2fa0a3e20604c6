import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultLoad } from '../../../../src/load/load-options.ts'
import { getOf } from '../../../../src/load/plain-request.ts'
import { createApiClient } from '../../../../src/rollout/drivers/kubernetes/api/client.ts'
import { renderManifests } from '../../../../src/rollout/drivers/kubernetes/print-manifests.ts'
import { FakeCluster } from '../../../helpers/fake-cluster.ts'
import { kubernetesOptions } from '../../../helpers/kubernetes-options.ts'

const lanes = ['new-connections', 'keep-alive', 'think-time', 'http2']
const run = { restarts: 1, durationMs: undefined, baselineMs: 5_000, coolDownMs: 3_000 }

for (const [bodyBytes, hint] of [
  [0, undefined],
  [65_536, /^These objects are too long for kubectl apply.* Create them with kubectl create -f\.$/],
] as const) {
  test(`what to do with objects that have a body of ${bodyBytes} bytes for four lanes`, async (t) => {
    const cluster = await new FakeCluster().start(t)
    const request = { ...getOf('/'), method: 'POST', body: 'a'.repeat(bodyBytes) }
    const requests = Object.fromEntries(lanes.map((lane) => [lane, [request]]))
    const load = { ...defaultLoad, lanes, requests, ratePerSecond: 100 }
    const printed = renderManifests(
      await kubernetesOptions(createApiClient(cluster.server.access), load),
      run,
    )
    if (hint === undefined) assert.equal(printed.hint, undefined)
    else assert.match(printed.hint ?? '', hint)
  })
}
