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
