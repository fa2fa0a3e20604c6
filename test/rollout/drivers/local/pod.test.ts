import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findFreePort } from '../../../../src/rollout/drivers/shared/free-port.ts'
import { startPod } from '../../../../src/rollout/drivers/local/pod.ts'
import { createPodProbes } from '../../../../src/rollout/drivers/local/readiness.ts'
import { createTimeline } from '../../../../src/rollout/timeline.ts'
import { localOptions } from '../../../helpers/local-options.ts'

test('startPod tells that a pod is no endpoint any more before its preStop time, and long before its signal', async () => {
  const steps: string[] = []
  const timeline = createTimeline(({ kind }) => steps.push(kind))
  const ports = {
    port: await findFreePort(),
    probePort: await findFreePort(),
    http2Port: await findFreePort(),
  }
  const options = localOptions('careful-app')
  const pod = startPod('pod-1', ports, {
    options: { ...options, budget: { ...options.budget, preStopMs: 50 } },
    timeline,
    terminationLog: '/no/such/file',
    probe: createPodProbes(options.readiness)(ports),
    onReadyChange: (_, ready) => steps.push(`endpoint ${ready ? 'added' : 'removed'}`),
  })
  try {
    await pod.becameReady
    await pod.delete()
  } finally {
    pod.kill()
  }
  assert.deepEqual(steps, [
    'pod-started',
    'pod-ready',
    'endpoint added',
    'pod-deleted',
    'endpoint removed',
    'pre-stop-started',
    'pod-signalled',
    'pod-exited',
  ])
})
