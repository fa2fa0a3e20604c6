import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployment, patch } from './patch.ts'

const fromMap = 'envFrom: [{configMapRef: {name: settings}}]'
const configMap = (data: string, metadata = 'name: settings'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {${metadata}}\ndata: {${data}}\n---\n`
const timesOf = (text: string): readonly string[] =>
  [...text.matchAll(/name: LASTCALL_(\w+)\n +value: (.*)/g)].map(([, name, value]) => `${name} ${value}`)

test('numbers of a ConfigMap in the files count, and stay where they are', () => {
  const { text, pods, notes } = patch(`${configMap('LASTCALL_DRAIN_TIMEOUT: 120s')}${deployment(fromMap)}`)
  assert.equal(pods[0]?.numbers.drainTimeoutMs, 120_000)
  assert.ok(timesOf(text).includes('GRACE_PERIOD 135s'), text)
  assert.ok(!text.includes('name: LASTCALL_DRAIN_TIMEOUT'), text)
  assert.deepEqual(notes, [])
  assert.deepEqual(patch(text).edits, [])
})

test('a number of a ConfigMap that is not true is corrected in env, with a note', () => {
  const { text, notes } = patch(`${configMap('LASTCALL_GRACE_PERIOD: 300s')}${deployment(fromMap)}`)
  assert.ok(timesOf(text).includes('GRACE_PERIOD 30s'), text)
  assert.match(notes[0] ?? '', /LASTCALL_GRACE_PERIOD was 300s and becomes 30s/)
})

test('a flag has precedence over a ConfigMap', () => {
  const text = `${configMap('LASTCALL_DRAIN_TIMEOUT: 120s')}${deployment(fromMap)}`
  assert.ok(timesOf(patch(text, { asked: { drainTimeoutMs: 60_000 } }).text).includes('DRAIN_TIMEOUT 60s'))
})

test('a Secret, a list, a prefix and the last of several sources are read as the kubelet reads them', () => {
  const encoded = Buffer.from('40s').toString('base64')
  const texts = [
    `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {LASTCALL_DRAIN_TIMEOUT: ${encoded}}\n---\n${deployment('envFrom: [{secretRef: {name: s}}]')}`,
    `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {LASTCALL_DRAIN_TIMEOUT: 40s}\n---\n${deployment('envFrom: [{secretRef: {name: s}}]')}`,
    `apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {LASTCALL_DRAIN_TIMEOUT: 40s}}\n---\n${deployment(fromMap)}`,
    `${configMap('DRAIN_TIMEOUT: 40s')}${deployment('envFrom: [{prefix: LASTCALL_, configMapRef: {name: settings}}]')}`,
    `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {DRAIN_TIMEOUT: ${encoded}}\n---\n${deployment('envFrom: [{prefix: LASTCALL_, secretRef: {name: s}}]')}`,
    `${configMap('LASTCALL_DRAIN_TIMEOUT: 9s')}${configMap('LASTCALL_DRAIN_TIMEOUT: 40s', 'name: b')}${deployment('envFrom: [{configMapRef: {name: settings}}, {configMapRef: {name: b}}]')}`,
    `${configMap('LASTCALL_DRAIN_TIMEOUT: 9s', 'name: settings, namespace: other')}${configMap('LASTCALL_DRAIN_TIMEOUT: 40s')}${deployment(fromMap).replace('name: shop\n', 'name: shop\n  namespace: mine\n')}`,
  ]
  for (const text of texts) assert.equal(patch(text).pods[0]?.numbers.drainTimeoutMs, 40_000, text)
})

test('of several ConfigMaps of one name the one of the namespace counts, and else none', () => {
  const own = configMap('LASTCALL_DRAIN_TIMEOUT: 40s', 'name: settings, namespace: mine')
  const anywhere = configMap('LASTCALL_DRAIN_TIMEOUT: 9s')
  const other = configMap('LASTCALL_DRAIN_TIMEOUT: 8s', 'name: settings, namespace: other')
  const mine = deployment(fromMap).replace('name: shop\n', 'name: shop\n  namespace: mine\n')
  const drainOf = (text: string): number | undefined => patch(text).pods[0]?.numbers.drainTimeoutMs
  assert.equal(drainOf(`${own}${anywhere}${other}${mine}`), 40_000)
  assert.equal(drainOf(`${anywhere}${own}${other}${mine}`), 40_000)
  assert.equal(drainOf(`${other}${anywhere}${mine}`), 9_000)
  assert.equal(drainOf(`${other}${anywhere}${deployment(fromMap)}`), 9_000)
  const undecided = patch(`${other}${own}${deployment(fromMap)}`)
  assert.equal(undecided.pods[0]?.numbers.drainTimeoutMs, 15_000)
  assert.match(undecided.notes[0] ?? '', /envFrom reads ConfigMap settings/)
})

test('a note names what envFrom reads and the files do not have, until env has every number', () => {
  const said = /envFrom reads ConfigMap settings, which these files do not have: LASTCALL_\* variables/
  const first = patch(deployment(fromMap))
  assert.match(first.notes[0] ?? '', said)
  assert.deepEqual(patch(first.text).notes, [])
  const other = configMap('LASTCALL_DRAIN_TIMEOUT: 9s', 'name: settings, namespace: other')
  const mine = deployment(fromMap).replace('name: shop\n', 'name: shop\n  namespace: mine\n')
  assert.match(patch(`${other}${mine}`).notes[0] ?? '', said)
})

test("--auto says that env's NODE_OPTIONS replace those of the image", () => {
  const first = patch(deployment(), { auto: true })
  assert.match(
    first.notes[0] ?? '',
    /replace those of the image \(ENV\): if there are any, put them in front/,
  )
  assert.deepEqual(patch(first.text, { auto: true }).notes, [])
  assert.deepEqual(patch(deployment()).notes, [])
  const hidden = patch(deployment(fromMap), { auto: true }).notes
  assert.match(hidden.join('\n'), /replace those of the image \(ENV\) and of envFrom/)
})

test('--auto appends to NODE_OPTIONS of a ConfigMap in the files, and never shows those of a Secret', () => {
  const map = `${configMap('NODE_OPTIONS: --enable-source-maps')}${deployment(fromMap)}`
  const { text, notes } = patch(map, { auto: true })
  assert.match(text, /value: --enable-source-maps --import lastcall\/auto/)
  assert.deepEqual(notes, [])
  const secret =
    'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {NODE_OPTIONS: --title=x}\n---\n'
  const kept = patch(`${secret}${deployment('envFrom: [{secretRef: {name: s}}]')}`, { auto: true })
  assert.match(kept.text, /value: --import lastcall\/auto/)
  assert.match(kept.notes.join('\n'), /and of envFrom/)
  const prefixed = secret.replace('NODE_OPTIONS', 'OPTIONS')
  const other = patch(`${prefixed}${deployment('envFrom: [{prefix: NODE_, secretRef: {name: s}}]')}`, {
    auto: true,
  })
  assert.match(other.text, /value: --import lastcall\/auto/)
})

test('a number with a valueFrom is refused, whichever it is', () => {
  for (const name of ['GRACE_PERIOD', 'PRE_STOP', 'DRAIN_TIMEOUT', 'PROBE_PORT']) {
    const env = `env: [{name: LASTCALL_${name}, valueFrom: {configMapKeyRef: {name: a, key: b}}}]`
    const text = deployment(`${env}\nlifecycle: {preStop: {sleep: {seconds: 5}}}`)
    assert.throws(() => patch(text), {
      code: 'LASTCALL_MANIFEST',
      problems: [
        `shop.yaml: document 1, line 10: deployment/shop: LASTCALL_${name} has a valueFrom, which lastcall does not follow: give it a value`,
      ],
    })
  }
})
