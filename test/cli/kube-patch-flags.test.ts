import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { kube } from '../helpers/kube-command.ts'
import { deployment } from '../kube/patch.ts'

const shop = deployment()

test('patch --quiet leaves out the lines, and keeps the notes', async (t) => {
  const short = deployment('', 'terminationGracePeriodSeconds: 5')
  for (const words of [[], ['--in-place']]) {
    const { code, out, err } = await kube(t, { a: short }, ['patch', 'a', '--quiet', ...words])
    assert.equal(code, 0)
    assert.match(err, /^note: .* was 5 and becomes 30: .*\n$/)
    assert.ok(!out.includes('changed'), out)
  }
})

test('patch --kube-version 1.29 writes no sleep, and what is no version is refused', async (t) => {
  const { out, err } = await kube(t, { a: shop }, ['patch', 'a', '--kube-version', '1.29'])
  assert.ok(!out.includes('sleep'), out)
  assert.match(err, /preStop 0s \+ shutdown delay 7s/)
  const wrongVersion = await kube(t, { a: shop }, ['patch', 'a', '--kube-version', 'old'])
  assert.equal(wrongVersion.code, 2)
  assert.match(wrongVersion.err, /--kube-version: got 'old', wanted a version such as 1\.29/)
})

test('a ConfigMap in another file counts, and what this file does not show is still a note', async (t) => {
  const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {LASTCALL_DRAIN_TIMEOUT: 60s}\n'
  const text = deployment('envFrom: [{configMapRef: {name: a}}]')
  const both = await kube(t, { a: text, b: map }, ['patch', 'a', 'b', '--dry-run'])
  assert.match(both.out, /drain timeout 60s .* grace period 75s/)
  assert.equal(both.err, '')
  const alone = await kube(t, { a: text }, ['patch', 'a', '--dry-run'])
  assert.match(alone.err, /^note: a: .*: envFrom reads ConfigMap a, which these files do not have/)
})

test('two flags that say what becomes of the result are refused, and nothing is written', async (t) => {
  const pairs = [
    ['--in-place', '--diff'],
    ['--in-place', '--dry-run'],
    ['--diff', '--dry-run'],
  ]
  for (const pair of pairs) {
    const { code, out, err, read } = await kube(t, { a: shop }, ['patch', 'a', ...pair])
    assert.deepEqual([code, out, read('a')], [2, '', shop])
    assert.match(err, new RegExp(`${pair.join(' and ')} exclude each other: `))
  }
})

test('a file that begins with a directive can be read behind another one', async (t) => {
  for (const start of ['%YAML 1.2\n---\n', '# mine\n\n%YAML 1.2\n---\n']) {
    const { code, out } = await kube(t, { a: shop, b: `${start}${shop}` }, ['patch', 'a', 'b'])
    assert.equal(code, 0)
    const documents = parseAllDocuments(out)
    assert.deepEqual(
      [documents.length, ...documents.flatMap(({ errors }) => errors.map(({ message }) => message))],
      [2],
    )
  }
})
