import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const top = fileURLToPath(new URL('../..', import.meta.url))
const typings = join(
  dirname(createRequire(import.meta.url).resolve('@godaddy/terminus/package.json')),
  'typings',
)

/** Type-checks files with `@godaddy/terminus` meaning what is in `terminus`. */
function typeCheck(name: string, files: readonly string[], terminus: string): string {
  const folder = join(top, '.cache', 'terminus-types')
  const compilerOptions = {
    noEmit: true,
    strict: true,
    lib: ['es2024', 'esnext.disposable'],
    module: 'nodenext',
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    typeRoots: [join(top, 'node_modules', '@types')],
    types: ['node'],
    paths: { '@godaddy/terminus': [terminus] },
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({ compilerOptions, files }))
  const tsc = join(top, 'node_modules', 'typescript', 'bin', 'tsc')
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', join(folder, `${name}.json`)], {
    encoding: 'utf8',
  })
  return stdout
}

const dropIn = join(top, 'src', 'integrations', 'terminus', 'index.ts')

test('the drop-in has the types that the type test of terminus asks for', () => {
  const file = join(typings, 'index.test.ts')
  assert.match(readFileSync(file, 'utf8'), /from "@godaddy\/terminus"/)
  assert.equal(typeCheck('drop-in', [file], dropIn), '')
})

test('that type test fails where a type is missing', () => {
  const file = join(typings, 'index.test.ts')
  const other = join(top, 'src', 'integrations', 'prom-client', 'index.ts')
  assert.match(typeCheck('other', [file], other), /has no exported member/)
})
