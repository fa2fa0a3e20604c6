import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testWith } from '../helpers/needs.ts'
import { readEntries } from '../helpers/source-graph.ts'

const committed = 'docs/reference/api'

/** The pages of a folder, by their paths. */
const pagesOf = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    globSync('**/*.md', { cwd: folder }).map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
  )

testWith('an npm registry')('the API reference is what the docstrings say', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-api-'))
  t.after(() => rmSync(folder, { recursive: true }))
  execFileSync(process.execPath, ['scripts/write-api.ts', folder], { stdio: 'pipe' })
  const [wanted, shown] = [pagesOf(folder), pagesOf(committed)]
  assert.deepEqual(Object.keys(shown), Object.keys(wanted), 'run: npm run docs:api')
  for (const [path, text] of Object.entries(wanted))
    assert.equal(shown[path], text, `${path}: npm run docs:api`)
  const index = shown['README.md'] ?? ''
  // Those without have nothing to call.
  const typesOnly = ['./auto', './documents']
  for (const { subpath } of readEntries().filter((entry) => !typesOnly.includes(entry.subpath))) {
    assert.ok(index.includes(`[lastcall${subpath.slice(1)}](`), subpath)
  }
})
