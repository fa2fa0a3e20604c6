import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Disk, writeManifests } from '../../src/cli/write-manifests.ts'
import type { PatchedText } from '../../src/kube/patch-manifests.ts'
import { patchManifests } from '../../src/kube/patch-manifests.ts'
import { deployment } from '../kube/patch.ts'

const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: shop}\n'
const texts = ['a', 'b', 'c'].map((name) => ({ name, text: deployment() }))
const patched: readonly PatchedText[] = patchManifests(
  [...texts, { name: 'same', text: service }],
  { names: [], requirements: [] },
  { asked: {}, auto: false },
)

/** A disk on which these files cannot be written: by permission, or when it comes to it. */
function diskWith(faults: { readonly locked?: readonly string[]; readonly full?: readonly string[] }): {
  readonly disk: Disk
  readonly written: readonly string[]
} {
  const written: string[] = []
  const refuse = (path: string, paths: readonly string[] = [], code: string): void => {
    if (paths.includes(path)) throw new Error(`${code}: '${path}'`)
  }
  const disk: Disk = {
    checkWritable: (path) => refuse(path, faults.locked, 'EACCES'),
    write: (path) => {
      refuse(path, faults.full, 'ENOSPC')
      written.push(path)
    },
  }
  return { disk, written }
}

test('files without permission leave every file as it is, and all of them are named', () => {
  const { disk, written } = diskWith({ locked: ['/m/b', '/m/c', '/m/same'] })
  assert.throws(() => writeManifests(patched, '/m', disk), {
    code: 'LASTCALL_USAGE',
    problems: [
      "'b' cannot be written (EACCES: '/m/b')",
      "'c' cannot be written (EACCES: '/m/c')",
      'no file was written: make all of them writable',
    ],
  })
  assert.deepEqual(written, [])
})

test('a write that fails all the same says what was written and what was not', () => {
  const { disk, written } = diskWith({ full: ['/m/b'] })
  const said =
    "'b' cannot be written (ENOSPC: '/m/b'): written before it: 'a'; not written after it: 'c'; look at 'b', and patch again"
  assert.throws(() => writeManifests(patched, '/m', disk), { problems: [said] })
  assert.deepEqual(written, ['/m/a'])
})

test('only files that change are written, relative to the folder', () => {
  const { disk, written } = diskWith({ locked: ['/m/same'], full: ['/m/same'] })
  writeManifests(patched, '/m', disk)
  assert.deepEqual(written, ['/m/a', '/m/b', '/m/c'])
})

test('a file that is gone meanwhile keeps the others from being written', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const name of ['a', 'b']) writeFileSync(join(folder, name), deployment())
  assert.throws(() => writeManifests(patched, folder), /'c' cannot be written \(ENOENT/)
  assert.equal(readFileSync(join(folder, 'a'), 'utf8'), deployment())
  writeFileSync(join(folder, 'c'), deployment())
  writeManifests(patched, folder)
  assert.match(readFileSync(join(folder, 'c'), 'utf8'), /LASTCALL_PRE_STOP/)
})
