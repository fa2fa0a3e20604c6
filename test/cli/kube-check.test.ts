import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { KubeCheckDocument } from '../../src/report/documents.ts'
import { readDocument } from '../helpers/documents.ts'
import { kube } from '../helpers/kube-command.ts'
import { deployment } from '../kube/patch.ts'

const shop = deployment('ports: [{containerPort: 3000}]')
const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: shop}\n'

test('check exits with 1 where requests are lost, and with 0 after a patch', async (t) => {
  const before = await kube(t, { a: shop }, ['check', 'a'])
  assert.equal(before.code, 1)
  assert.match(
    before.out,
    /^deployment\/shop \(a: document 1, line 1\)\n {2}loses requests \(lifecycle, line 10\): there is no preStop hook/,
  )
  assert.match(before.out, /\n1 of 1 workloads would lose requests when a pod goes away\n$/)
  const { out } = await kube(t, { a: shop }, ['patch', 'a'])
  const after = await kube(t, {}, ['check'], out)
  assert.equal(after.code, 0)
  assert.match(after.out, /\nNothing was found that loses requests; workloads checked: 1\n$/)
})

test('check --json has every finding with its rule and its place', async (t) => {
  const { code, out } = await kube(t, { a: `${service}---\n${shop}` }, ['check', 'a', '--json', '-'])
  assert.equal(code, 1)
  const { workloads, ...document } = readDocument<KubeCheckDocument>(out)
  assert.deepEqual(document, { schemaVersion: 2, kind: 'kube-check', exitCode: 1, notChecked: [] })
  const [{ findings, ...workload }] = workloads as [KubeCheckDocument['workloads'][number]]
  assert.deepEqual(workload, {
    workload: 'deployment/shop',
    container: 'app',
    place: { file: 'a', document: 2, line: 5 },
    notChecked: [],
  })
  assert.deepEqual(
    findings.map(({ rule, place }) => [rule, place]),
    [
      ['lifecycle', { file: 'a', document: 2, line: 14 }],
      ['probes', { file: 'a', document: 2, line: 14 }],
      ['rollout', { file: 'a', document: 2, line: 5 }],
    ],
  )
})

test('check --json with gaps and no losses is what its schema says', async (t) => {
  const { out: patched } = await kube(t, { a: shop }, ['patch', 'a'])
  const elsewhere = patched.replace(/value: 15s/, 'valueFrom: {fieldRef: {fieldPath: a}}')
  const { code, out } = await kube(t, { a: `${elsewhere}---\nreplicas: 3\n` }, ['check', 'a', '--json', '-'])
  const { exitCode, workloads, notChecked } = readDocument<KubeCheckDocument>(out)
  assert.deepEqual([code, exitCode, notChecked.length, workloads[0]?.notChecked.length], [0, 0, 1, 1])
})

test('check says what it did not look at', async (t) => {
  const text = `${deployment('lifecycle: {preStop: {exec: {command: [./drain.sh]}}}')}---\nreplicas: 3\n`
  const { out } = await kube(t, { a: text }, ['check', 'a'])
  assert.match(out, /\n {2}not checked \(line 10\): the preStop hook is exec, and/)
  assert.match(out, /\n\nNot checked:\n {2}a: document 2, line \d+: this is no Kubernetes object, .*\n\n/)
})

test('check --kube-version finds a sleep that an old cluster drops', async (t) => {
  const { out } = await kube(t, { a: shop }, ['patch', 'a'])
  const { code } = await kube(t, {}, ['check', '--kube-version', '1.29'], out)
  assert.equal(code, 1)
  const wrong = await kube(t, {}, ['check', '--kube-version', 'old'], out)
  assert.match(wrong.err, /--kube-version: got 'old'/)
})

test('the guide shows what check says of the example', async (t) => {
  const example = readFileSync(new URL('../../examples/express/bare.yaml', import.meta.url), 'utf8')
  const { code, out } = await kube(t, { 'bare.yaml': example }, ['check', 'bare.yaml'])
  assert.equal(code, 1)
  const guide = readFileSync(new URL('../../docs/guides/kube-patch.md', import.meta.url), 'utf8')
  assert.ok(guide.includes(`\`\`\`text\n${out}\`\`\``), out)
})
