import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkManifests } from '../../src/kube/check/check-manifests.ts'
import { parseKubeVersion } from '../../src/kube/kube-version.ts'
import { deployment, patch } from './patch.ts'

const old = parseKubeVersion('1.29')

function lifecycle(text: string, version = '1.34'): readonly (readonly [certainty: string, said: string])[] {
  const selection = { names: [], requirements: [] }
  const wishes = { selection, container: undefined, kubeVersion: parseKubeVersion(version) }
  const { workloads } = checkManifests([{ name: 'shop.yaml', text }], wishes)
  return workloads[0]!.findings
    .filter(({ rule }) => rule === 'lifecycle')
    .map(({ certainty, message }) => [certainty, message])
}

test('without a hook a readiness that fails before the shutdown delay is over may lose requests', () => {
  const { text } = patch(deployment(), { asked: { kubeVersion: old } })
  assert.deepEqual(lifecycle(text), [])
  const stale = text.replace(/(READINESS_FAIL_DELAY\n +value: )7s/, '$15s')
  const [found, ...others] = lifecycle(stale)
  assert.deepEqual([found?.[0], others], ['may lose', []])
  assert.match(found?.[1] ?? '', /FAIL_DELAY is 5s and the shutdown delay 7s, .*; raise it to 7s$/)
  assert.deepEqual(lifecycle(patch(deployment()).text), [], 'a hook comes first')
})

test('the remedy for a sleep that the cluster drops keeps its time', () => {
  const { text } = patch(deployment('lifecycle: {preStop: {sleep: {seconds: 20}}}'))
  const said = /take it out and run lastcall kube patch --kube-version 1\.29 --shutdown-delay 22s,/
  assert.match(lifecycle(text, '1.29')[0]?.[1] ?? '', said)
})

const sidecar = (hook: string): string =>
  `initContainers: [{name: proxy, restartPolicy: Always, lifecycle: {preStop: ${hook}}}]`

test('the hooks of all containers are looked at', () => {
  const text = patch(deployment('', sidecar('{sleep: {seconds: 20}}'))).text
  assert.deepEqual(lifecycle(text), [])
  assert.match(lifecycle(text, '1.29').join('\n'), /loses,container proxy: Kubernetes 1\.29 drops a preStop/)
  const long = text.replace('seconds: 20', 'seconds: 40')
  const said = /loses,the preStop hook of container proxy takes 40s and the grace period is 30s: SIGKILL/
  assert.match(lifecycle(long).join('\n'), said)
  const wrong = text.replace('seconds: 20', 'seconds: 2.5')
  assert.match(lifecycle(wrong).join('\n'), /loses,container proxy: .* is 2\.5, .* refuses it/)
})

test('the grace period covers the longest hook of the other containers, with the margin', () => {
  const hooks = ['{sleep: {seconds: 60}}', '{exec: {command: [sleep, "60"]}}']
  for (const hook of hooks) {
    const { pods, text } = patch(deployment('', sidecar(hook)))
    assert.equal(pods[0]?.numbers.gracePeriodMs, 63_000)
    assert.deepEqual(lifecycle(text), [])
  }
  const second = deployment(
    '',
    `${sidecar('{sleep: {seconds: 40}}')}\nterminationGracePeriodSeconds: 40`,
  ).concat('        - {name: other, lifecycle: {preStop: {sleep: {seconds: 50}}}}\n')
  const { pods, notes } = patch(second, { container: 'app' })
  assert.equal(pods[0]?.numbers.gracePeriodMs, 53_000)
  assert.match(notes.join('\n'), /was 40 and becomes 53: the preStop hook of container other takes 50s, and/)
  assert.throws(() => patch(second, { container: 'app', asked: { gracePeriodMs: 45_000 } }), {
    message: /--grace-period is 45s, and the preStop hook of container other takes 50s/,
  })
})
