import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { renderLicenses } from '../../../scripts/bundle/licenses.ts'

/** Folders of packages, each with these files. */
function makePackages(t: TestContext, ...packages: readonly Readonly<Record<string, string>>[]): string[] {
  const root = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(root, { recursive: true }))
  return packages.map((files, index) => {
    const folder = join(root, String(index))
    mkdirSync(folder)
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    return folder
  })
}

const manifest = (name: string, license?: unknown): string =>
  JSON.stringify({ name, version: '1.0.0', license })

test('renderLicenses() writes each package once, sorted, with its licence, the whole text and the notice', (t) => {
  const text = renderLicenses(
    makePackages(
      t,
      {
        'package.json': manifest('two', 'Apache-2.0'),
        LICENSE: 'text of two\n',
        'NOTICE.txt': 'notice of two',
      },
      { 'package.json': manifest('one', 'MIT'), 'licence.md': 'text of one' },
      { 'package.json': manifest('one', 'MIT'), 'licence.md': 'text of one' },
    ),
  )
  const line = '-'.repeat(80)
  const [, ...sections] = text.split(`${line}\n`)
  assert.deepEqual(sections, [
    'one 1.0.0 (MIT)\n\ntext of one\n\n',
    'two 1.0.0 (Apache-2.0)\n\ntext of two\n\nnotice of two\n',
  ])
})

test('renderLicenses() throws for a package without the text of its licence, or with an unknown one', (t) => {
  const folders = makePackages(
    t,
    { 'package.json': manifest('harmless', 'MIT'), LICENSE: 'text' },
    { 'package.json': manifest('textless', 'MIT'), NOTICE: 'only a notice', 'license-check.js': '' },
    { 'package.json': manifest('viral', 'GPL-3.0-only'), LICENSE: 'text' },
    { 'package.json': manifest('silent'), LICENSE: 'text' },
  )
  assert.throws(
    () => renderLicenses(folders),
    ({ message }: Error) => {
      assert.match(message, /textless 1\.0\.0: .* has no file with the text of its licence/)
      assert.match(message, /viral 1\.0\.0: its licence is GPL-3\.0-only/)
      assert.match(message, /silent 1\.0\.0: its licence is undefined/)
      return !message.includes('harmless')
    },
  )
})
