import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { kube } from '../helpers/kube-command.ts'
import { deployment } from '../kube/patch.ts'

const shop = deployment()
const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: shop}\n'
const wrong = deployment('env: {A: b}')

test('patch writes the manifests of all files to stdout, and a line for each workload to stderr', async (t) => {
  const { code, out, err, read } = await kube(t, { a: shop, b: service }, ['patch', 'a', 'b'])
  assert.equal(code, 0, err)
  assert.match(err, /^a: deployment\/shop, container app: changed; .*, grace period 30s\n$/)
  assert.match(out, /terminationGracePeriodSeconds: 30\n---\napiVersion: v1\nkind: Service/)
  assert.equal(read('a'), shop)
})

test('patch takes stdin where there is no FILE, as a post-renderer of Helm has to', async (t) => {
  for (const words of [['patch'], ['patch', '-']]) {
    const { code, out } = await kube(t, {}, words, `${shop}---\n${service}`)
    assert.equal(code, 0)
    assert.match(out, /LASTCALL_GRACE_PERIOD/)
    assert.ok(out.endsWith(`---\n${service}`))
  }
})

test('patch --in-place writes the files that change, and says what became of each workload', async (t) => {
  const files = { 'a.yaml': shop, 'b.yaml': service }
  const { code, out, read } = await kube(t, files, [
    'patch',
    'a.yaml',
    'b.yaml',
    '--in-place',
    '--drain-timeout',
    '20s',
  ])
  assert.equal(code, 0)
  assert.match(read('a.yaml'), /terminationGracePeriodSeconds: 35/)
  assert.equal(read('b.yaml'), service)
  const sum = 'preStop 5s + shutdown delay 2s + drain timeout 20s + hooks timeout 5s = 32s'
  assert.equal(out, `a.yaml: deployment/shop, container app: changed; ${sum}, grace period 35s\n`)
})

test('a file that cannot be patched keeps all others from being written', async (t) => {
  const { code, out, err, read } = await kube(t, { a: shop, b: wrong }, ['patch', 'a', 'b', '--in-place'])
  assert.equal(code, 2)
  assert.equal(out, '')
  assert.equal(err, 'The manifest cannot be used: b: document 1, line 10: deployment/shop: env is no list\n')
  assert.equal(read('a'), shop)
})

test('patch --diff and --dry-run write nothing', async (t) => {
  const text = deployment('', 'terminationGracePeriodSeconds: 5 # short')
  const diff = await kube(t, { a: text }, ['patch', 'a', '--diff'])
  assert.equal(diff.code, 0)
  assert.match(
    diff.out,
    /^--- a\n\+\+\+ a \(patched\)\n@@ line 9 @@\n- {6}terminationGracePeriodSeconds: 5 …\n\+ {6}terminationGracePeriodSeconds: 30 …\n@@ after line 12 @@\n\+ {10}ports:\n/,
  )
  assert.match(
    diff.err,
    /^note: a: document 1, line 11: deployment\/shop: terminationGracePeriodSeconds was 5 and becomes 30/,
  )
  assert.equal(diff.read('a'), text)
  const dry = await kube(t, { a: text }, ['patch', 'a', '--dry-run'])
  assert.match(dry.out, /^a: deployment\/shop, container app: changed; .*, grace period 30s\n$/)
  assert.equal(dry.read('a'), text)
})

test('patch --diff shows nothing of the manifest that is beside a change', async (t) => {
  const secret = 'hunter2'
  const texts = [
    deployment(`env: [{name: A, value: ${secret}}]`),
    deployment(
      `env:\n  - {name: A, value: ${secret}}\n  - {name: LASTCALL_PRE_STOP, value: 9s, x: ${secret}}`,
    ),
    `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "x": "${secret}"}, "spec": {"containers": [{"name": "app", "env": [{"name": "A", "value": "${secret}"}]}]}}`,
  ]
  for (const text of texts) {
    const { code, out, err } = await kube(t, { a: text }, ['patch', 'a', '--diff'])
    assert.equal(code, 0)
    assert.match(out, /LASTCALL_DRAIN_TIMEOUT/)
    assert.ok(!`${out}${err}`.includes(secret), out)
  }
})

const aliased = `apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  initContainers:
    - name: migrate
      image: a
      env: &env
        - {name: PASSWORD, value: hunter2}
        - {name: SWITCH, value: "on"}
        - {name: SIZE, value: "1_000"}
  containers:
    - name: app
      image: a
      env: *env
`

test('patch --diff does not show what an alias stands for', async (t) => {
  const { code, out } = await kube(t, { a: aliased }, ['patch', 'a', '--diff'])
  assert.equal(code, 0)
  assert.match(out, /^-.*env: \*env\n\+… \(the alias is written out/m)
  assert.ok(!out.includes('hunter2'), out)
})

test('a text that YAML 1.1 takes for something else stays a text when an alias is written out', async (t) => {
  const { out } = await kube(t, { a: aliased }, ['patch', 'a'])
  const { spec } = parse(out, { version: '1.1' }) as { spec: { containers: { env: { value: unknown }[] }[] } }
  const values = spec.containers[0]?.env.map(({ value }) => value)
  assert.deepEqual(values?.slice(0, 3), ['hunter2', 'on', '1_000'])
})

test('a --name that no workload has is refused, also beside one that is there', async (t) => {
  const { code, err } = await kube(t, { a: shop }, ['patch', 'a', '--name', 'shop', '--name', 'chekout'])
  assert.equal(code, 2)
  assert.match(err, /--name chekout: no workload has this name; there are deployment\/shop/)
})

test('--name, --selector and --container choose, and what is not chosen stays', async (t) => {
  const labelled = (name: string, tier: string): string =>
    shop.replace('  name: shop', `  name: ${name}\n  labels: {tier: ${tier}}`)
  const text = `${labelled('web', 'front')}---\n${labelled('db', 'back')}`
  for (const words of [
    ['--name', 'web'],
    ['--name', 'deployment/web'],
    ['-l', 'tier=front'],
    ['-l', 'tier,tier!=back'],
  ]) {
    const { out } = await kube(t, { a: text }, ['patch', 'a', ...words])
    assert.ok(out.endsWith(`---\n${labelled('db', 'back')}`), words.join(' '))
    assert.match(out, /LASTCALL_PRE_STOP/)
  }
  const two = shop.replace('        - name: app', '        - name: proxy\n        - name: app')
  const { out } = await kube(t, { a: two }, ['patch', 'a', '--container', 'proxy', '--dry-run'])
  assert.match(out, /container proxy: changed/)
})

test('what cannot be used is refused in one message, before any file is read', async (t) => {
  const words = [
    'patch',
    '--in-place',
    '--pre-stop',
    '500ms',
    '--drain-timeout',
    'soon',
    '--probe-port',
    '0',
    '-l',
    '!!',
  ]
  const { code, err } = await kube(t, {}, words, shop)
  assert.equal(code, 2)
  for (const said of [
    "--pre-stop: got '500ms', wanted whole seconds",
    "--drain-timeout: got 'soon'",
    "--probe-port: got '0', wanted a whole number from 1 to 65535",
    "--selector: got '!!', wanted labels such as app=shop,tier!=db; sets (in, notin) are not supported",
    '--in-place: stdin cannot be written',
  ]) {
    assert.ok(err.includes(said), `${said} is not in ${err}`)
  }
})

test('files that are not there, and a terminal instead of manifests, are refused', async (t) => {
  const missing = await kube(t, { a: shop }, ['patch', 'a', 'b', 'a'])
  assert.equal(missing.code, 2)
  assert.match(missing.err, /'a' is given twice/)
  assert.match(missing.err, /'b' cannot be read \(ENOENT.*name a file of YAML or JSON/)
  const terminal = await kube(t, {}, ['check'])
  assert.equal(terminal.code, 2)
  assert.match(terminal.err, /there is no FILE, and stdin is a terminal/)
})

test('bytes that are no UTF-8 are refused, because they would be lost', async (t) => {
  const latin1 = Buffer.from(`# caf\u00e9\n${shop}`, 'latin1')
  const file = await kube(t, { a: latin1 }, ['patch', 'a', '--in-place'])
  assert.equal(file.code, 2)
  assert.match(file.err, /'a' cannot be read \(.*utf-8/)
  const stdin = await kube(t, {}, ['patch'], latin1)
  assert.equal(stdin.code, 2)
  assert.match(stdin.err, /stdin cannot be read \(.*utf-8/)
})

test('lastcall.yaml, which is about load, is not read', async (t) => {
  const { code, err } = await kube(t, { 'lastcall.yaml': 'nonsense: [', a: shop }, ['patch', 'a'])
  assert.equal(code, 0, err)
})
