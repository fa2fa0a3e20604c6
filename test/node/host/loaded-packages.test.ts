import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { loadedPackages } from '../../../src/node/host/loaded-packages.ts'

/** A folder with CommonJS packages, by their paths below node_modules. */
function makePackages(t: TestContext, packages: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [path, manifest] of Object.entries(packages)) {
    const home = join(folder, 'node_modules', path)
    mkdirSync(home, { recursive: true })
    writeFileSync(join(home, 'package.json'), manifest)
    writeFileSync(join(home, 'index.js'), `module.exports = ${JSON.stringify(path)}`)
    writeFileSync(join(home, 'other.js'), 'module.exports = 7')
  }
  return join(folder, 'index.js')
}

test('loadedPackages() finds nothing before a package is loaded, then its version and exports', (t) => {
  const load = createRequire(makePackages(t, { '@some/peer': '{ "version": "1.2.3" }' }))
  assert.deepEqual(loadedPackages('@some/peer'), [])
  load('@some/peer')
  load('@some/peer/other')
  assert.deepEqual(loadedPackages('@some/peer'), [{ version: '1.2.3', exports: ['@some/peer', 7] }])
})

test('loadedPackages() finds a CommonJS package that an ES module imported', async (t) => {
  const file = makePackages(t, { 'imported-peer': '{ "version": "3.0.0" }' })
  await import(pathToFileURL(createRequire(file).resolve('imported-peer')).href)
  assert.deepEqual(loadedPackages('imported-peer'), [{ version: '3.0.0', exports: ['imported-peer'] }])
})

test('loadedPackages() tells copies apart, and a package from those inside it or with a longer name', (t) => {
  const load = createRequire(
    makePackages(t, {
      nested: '{ "version": "1.0.0" }',
      'nested/node_modules/inner': '{ "version": "9.0.0" }',
      'user/node_modules/nested': '{ "version": "2.0.0" }',
      'nested-more': '{ "version": "3.0.0" }',
    }),
  )
  for (const path of ['nested', 'nested/node_modules/inner', 'user/node_modules/nested', 'nested-more'])
    load(`./node_modules/${path}`)
  assert.deepEqual(loadedPackages('nested'), [
    { version: '1.0.0', exports: ['nested'] },
    { version: '2.0.0', exports: ['user/node_modules/nested'] },
  ])
})

test('loadedPackages() leaves out what has no version that can be read', (t) => {
  const file = makePackages(t, { versionless: '{ "version": 5 }', damaged: '{ "version": "1.0.0" }' })
  createRequire(file)('versionless')
  createRequire(file)('damaged')
  writeFileSync(join(file, '../node_modules/damaged/package.json'), '{')
  assert.deepEqual([...loadedPackages('versionless'), ...loadedPackages('damaged')], [])
})
