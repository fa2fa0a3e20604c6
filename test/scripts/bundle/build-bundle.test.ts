import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { buildBundle } from '../../../scripts/bundle/build-bundle.ts'
import type { Bundle } from '../../../scripts/bundle/bundles.ts'
import { packageFolder } from '../../../scripts/bundle/package-folder.ts'

/**
 * Builds a program that loads a part of itself later, and a CommonJS package that requires a module of Node,
 * and one that is bytes.
 */
async function buildProgram(t: TestContext, kind: Bundle['kind']) {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const name of ['used', 'shaken-off', 'large', 'undici/lib'])
    mkdirSync(join(folder, 'node_modules', name), { recursive: true })
  const files = {
    'node_modules/used/index.js': "module.exports = require('node:path').join('a', 'b')",
    'node_modules/large/package.json': '{ "type": "module" }',
    'node_modules/large/index.js': `export const large = '${'x'.repeat(2_000)}'`,
    'node_modules/undici/index.js': "exports.bytes = () => require('./lib/a-wasm.js')",
    'node_modules/undici/lib/a-wasm.js': "module.exports = Buffer.from('wasm')",
    'foreign.ts': "export { large } from 'large'",
    'node_modules/shaken-off/package.json': '{ "type": "module", "sideEffects": false }',
    'node_modules/shaken-off/index.js': 'export const unused = 1',
    'later.ts': "export const later: string = 'later'",
    'main.ts': `import path from 'used'
import { sep as separator } from 'node:path'
import { createHash } from 'node:crypto'
import * as paths from 'node:path'
import os, { EOL } from 'node:os'
if (process.moduleLoadList.includes('NativeModule internal/crypto/webcrypto')) console.log('webcrypto')
if (separator !== paths.sep || os.EOL !== EOL || createHash('md5').digest('hex').length !== 32) console.log('differ')
import wasm from 'undici/lib/a-wasm.js'
import { bytes } from 'undici'
import { unused } from 'shaken-off'
const { later } = await import('./later.ts')
const { large } = await import('./foreign.ts')
console.log(path, later, large.length, String.fromCharCode(...wasm), bytes().toString())`,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const output = join(folder, 'out/program.mjs')
  const packages = await buildBundle({ entry: join(folder, 'main.ts'), output, kind })
  // Away from what it was built from, so that nothing of it can be imported.
  rmSync(join(folder, 'node_modules'), { recursive: true })
  rmSync(join(folder, 'later.ts'))
  const printed = execFileSync(process.execPath, [output], { encoding: 'utf8' })
  return { packages, printed, output, files: readdirSync(join(folder, 'out')) }
}

test('buildBundle() makes a payload one file without a map, and returns the packages that are in it', async (t) => {
  const { packages, printed, output, files } = await buildProgram(t, 'payload')
  assert.equal(printed, `${join('a', 'b')} later 2000 wasm wasm\n`)
  assert.deepEqual(files, ['program.mjs'])
  assert.doesNotMatch(readFileSync(output, 'utf8'), /sourceMappingURL/)
  assert.deepEqual(
    packages.map((path) => path.split('/').at(-1)),
    ['large', 'undici', 'used'],
  )
})

test('buildBundle() leaves what is loaded later in a file of its own, with a map unless it is foreign', async (t) => {
  const { packages, printed, files } = await buildProgram(t, 'command')
  assert.equal(printed, `${join('a', 'b')} later 2000 wasm wasm\n`)
  const names = files.map((name) => name.replace(/-\w+(?=\.)/, ''))
  for (const name of ['program.mjs', 'program.mjs.map', 'later.mjs', 'later.mjs.map'])
    assert.ok(names.includes(name), files.join(' '))
  assert.deepEqual(
    names.filter((name) => name.startsWith('foreign')),
    ['foreign.mjs'],
  )
  assert.equal(packages.length, 3)
})

test('buildBundle() takes the WebAssembly of undici as bytes, not as a module with an export for each', async (t) => {
  const { output } = await buildProgram(t, 'command')
  const text = readFileSync(output, 'utf8')
  assert.match(text, new RegExp(Buffer.from('wasm').toString('base64')))
  assert.doesNotMatch(text, /toESM\(require_a_wasm/)
})

test('buildBundle() loads of a module of Node no more than what is imported', async (t) => {
  const { printed, output } = await buildProgram(t, 'command')
  assert.doesNotMatch(printed, /webcrypto|differ/)
  assert.doesNotMatch(readFileSync(output, 'utf8'), /from *["']node:/)
})

test('packageFolder() is that of the innermost package, and undefined for a file of our own', () => {
  assert.equal(packageFolder('node_modules/a/lib/x.js'), 'node_modules/a')
  assert.equal(packageFolder('/home/node_modules/@b/c/x.js'), '/home/node_modules/@b/c')
  assert.equal(packageFolder('node_modules/a/node_modules/@b/c/x.js'), 'node_modules/a/node_modules/@b/c')
  assert.equal(packageFolder('src/cli/node_modules.ts'), undefined)
})
