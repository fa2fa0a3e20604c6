import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CheckedManifests, checkManifests } from '../../src/kube/check/check-manifests.ts'
import { parseKubeVersion } from '../../src/kube/kube-version.ts'
import { deployment, patch } from './patch.ts'

function check(text: string, names: readonly string[] = [], version = '1.34'): CheckedManifests {
  const wishes = { selection: { names, requirements: [] }, container: undefined }
  return checkManifests([{ name: 'a', text }], { ...wishes, kubeVersion: parseKubeVersion(version) })
}

const messages = (gaps: CheckedManifests['notChecked']): readonly string[] =>
  gaps.map(({ message, place }) => `${place.document}: ${message}`)
const gapsOf = (lines: string): readonly string[] =>
  messages(check(deployment(lines)).workloads[0]!.notChecked)

const others = `---
apiVersion: keda.sh/v1alpha1
kind: ScaledJob
metadata: {name: mails}
spec: {jobTargetRef: {template: {spec: {containers: [{name: a}]}}}}
---
apiVersion: v1
kind: Pod
metadata: {name: probe, annotations: {helm.sh/hook: test}}
spec: {containers: [{name: a}]}
---
replicas: 3
---
apiVersion: v1
kind: Service
metadata: {name: shop}
`

test('check names every object with pods that it left out, and why', () => {
  assert.deepEqual(messages(check(`${deployment()}${others}`).notChecked), [
    '2: ScaledJob mails of keda.sh/v1alpha1 has pods, and its kind is not known',
    '3: pod/probe is a hook of Helm or Argo CD: name it with --name to check it',
    '4: this is no Kubernetes object, because it has no kind or no apiVersion',
  ])
  assert.deepEqual(check(deployment()).notChecked, [])
  assert.equal(check(`${deployment()}${others}`, ['probe']).notChecked.length, 2)
})

test('files with unknown kinds only are refused, and the message names them', () => {
  const [, scaledJob = ''] = others.split('---\n')
  const message = /no Deployment or other workload, only ScaledJob mails of keda.*, whose kind is not known/
  assert.throws(() => check(scaledJob), { code: 'LASTCALL_MANIFEST', message })
})

test('check names what a pod does not tell: other objects, and hooks of unknown length', () => {
  assert.deepEqual(gapsOf('envFrom: [{configMapRef: {name: a}}, {secretRef: {name: b}}]'), [
    '1: envFrom reads ConfigMap a, which these files do not have',
    '1: envFrom reads Secret b, which these files do not have',
  ])
  const decided = check(patch(deployment('envFrom: [{configMapRef: {name: a}}]')).text).workloads[0]
  assert.deepEqual(decided?.notChecked, [])
  assert.deepEqual(gapsOf('env: [{name: LASTCALL_DRAIN_TIMEOUT, valueFrom: {fieldRef: {fieldPath: a}}}]'), [
    '1: LASTCALL_DRAIN_TIMEOUT has a valueFrom, which lastcall does not follow',
  ])
  const hook = 'lifecycle: {preStop: {httpGet: {path: /, port: 80}}}'
  assert.match(gapsOf(hook)[0] ?? '', /the preStop hook is httpGet, and .* the sum has 0s for it/)
  assert.deepEqual(gapsOf(`${hook}\nenv: [{name: LASTCALL_PRE_STOP, value: 10s}]`), [])
})

test('a ConfigMap of the files counts in the sum that is checked', () => {
  const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {LASTCALL_DRAIN_TIMEOUT: 120s}\n'
  const text = deployment('envFrom: [{configMapRef: {name: a}}]')
  const found = check(`${text}---\n${map}`).workloads[0]?.findings.map(({ message }) => message) ?? []
  assert.match(found.join('\n'), /drain timeout 120s .* is more than the grace period of 30s/)
})

test('check finds a sleep that the cluster drops, or refuses', () => {
  const { text } = patch(deployment())
  const found = (version: string, from = text): readonly string[] =>
    check(from, [], version).workloads[0]!.findings.map(({ message }) => message)
  assert.match(found('1.29').join('\n'), /Kubernetes 1\.29 drops a preStop sleep without a word/)
  assert.doesNotMatch(found('1.30').join('\n'), /sleep/)
  const wrong = text.replace('seconds: 5\n', 'seconds: 2.5\n')
  assert.match(found('1.34', wrong).join('\n'), /sleep\.seconds .* is 2\.5, .*: the API server refuses it/)
})

test('check finds a startup probe that is shorter than the start that its neighbours expect', () => {
  const probes = (delay: number): string => `startupProbe: {tcpSocket: {port: 1}, failureThreshold: 6}
livenessProbe: {tcpSocket: {port: 1}, initialDelaySeconds: ${delay}}`
  const found = (delay: number): readonly string[] =>
    check(deployment(probes(delay))).workloads[0]!.findings.map(({ message }) => message)
  assert.match(found(300).join('\n'), /ends the container after 60 s, and its other probes wait 300 s/)
  assert.doesNotMatch(found(60).join('\n'), /ends the container/)
})
