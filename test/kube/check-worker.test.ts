import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkManifests } from '../../src/kube/check/check-manifests.ts'
import { deployment, patch } from './patch.ts'

function check(text: string): readonly (readonly [rule: string, certainty: string, message: string])[] {
  const selection = { names: [], requirements: [] }
  const { workloads } = checkManifests([{ name: 'shop.yaml', text }], { selection, container: undefined })
  return workloads[0]!.findings
    .filter(({ rule }) => rule !== 'rollout')
    .map(({ rule, certainty, message }) => [rule, certainty, message])
}

const zeros = `env:
  - {name: LASTCALL_PROBE_PORT, value: "9000"}
  - {name: LASTCALL_PRE_STOP, value: 0s}
  - {name: LASTCALL_SHUTDOWN_DELAY, value: 0s}
readinessProbe: {httpGet: {path: /readyz, port: 9000}}
ports:
  - {containerPort: 9000}`
const served = '\n  - {containerPort: 3000}'

test('nothing is found in a worker that waits for nobody, as the chart makes it', () => {
  assert.deepEqual(check(deployment(zeros)), [])
  assert.deepEqual(check(patch(deployment(zeros)).text), [])
})

test('a server whose delay is set to 0 is told to set it, because a patch would keep it', () => {
  const [found, ...others] = check(deployment(`${zeros}${served}`))
  assert.deepEqual([found?.[0], found?.[1], others], ['lifecycle', 'loses', []])
  assert.match(found?.[2] ?? '', /no shutdown delay, so the server closes .*: set LASTCALL_SHUTDOWN_DELAY/)
  assert.doesNotMatch(found?.[2] ?? '', /kube patch/)
})

test('a container without a port may lose requests, if it serves them', () => {
  assert.deepEqual(
    check(deployment()).map(([rule, certainty]) => [rule, certainty]),
    [
      ['lifecycle', 'may lose'],
      ['probes', 'may lose'],
    ],
  )
  for (const [, , message] of check(deployment())) assert.match(message, /so if it serves requests, /)
  assert.deepEqual(
    check(deployment('ports: [{containerPort: 3000}]')).map(([rule, certainty]) => [rule, certainty]),
    [
      ['lifecycle', 'loses'],
      ['probes', 'loses'],
    ],
  )
})

test('flags that leave no wait are refused, except for a worker and a job', () => {
  const asked = { preStopMs: 0, shutdownDelayMs: 0 }
  const server = deployment('ports: [{containerPort: 3000}]')
  assert.throws(() => patch(server, { asked }), {
    code: 'LASTCALL_MANIFEST',
    message: /hook and the shutdown delay are both 0s, .* requests fail: raise --shutdown-delay to 5s/,
  })
  assert.equal(patch(server, { asked: { preStopMs: 0 } }).pods[0]?.numbers.shutdownDelayMs, 5_000)
  assert.equal(patch(deployment(), { asked }).pods[0]?.numbers.shutdownDelayMs, 0)
  const job = `apiVersion: batch/v1
kind: Job
metadata: {name: migrate}
spec: {template: {spec: {containers: [{name: a, ports: [{containerPort: 3000}]}]}}}
`
  assert.equal(patch(job, { asked }).pods[0]?.numbers.shutdownDelayMs, 0)
  assert.deepEqual(patch(deployment(`${zeros}${served}`)).pods[0]?.numbers.shutdownDelayMs, 0)
})
