import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { patch } from './patch.ts'

const read = (folder: string, file: string): string =>
  readFileSync(new URL(`${folder}/${file}`, import.meta.url), 'utf8')

const files = readdirSync(new URL('manifests', import.meta.url))

test('there is a manifest of every form', () => {
  assert.ok(files.length > 10)
})

for (const file of files) {
  const before = read('manifests', file)

  test(`${file} becomes what test/kube/patched has`, () => {
    assert.equal(patch(before, { auto: true }).text, read('patched', file))
  })

  test(`${file} does not change when it is patched once more`, () => {
    const once = patch(before, { auto: true })
    const twice = patch(once.text, { auto: true })
    assert.equal(twice.text, once.text)
    assert.deepEqual(twice.edits, [])
    assert.ok(twice.pods.every(({ isChanged }) => !isChanged))
  })
}
