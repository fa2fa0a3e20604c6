import assert from 'node:assert/strict'
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { inspect } from '../../../src/supervisor/watch/inspect.ts'
import { createVolume, switchVolume } from '../../helpers/kubelet-volume.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'

const print = (path: string): string | null => inspect(path).fingerprint

function folderWith(t: TestContext, ...names: readonly string[]): string {
  const folder = temporaryFolder(t)
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), name)
  }
  return folder
}

test('inspect() sees a file that is written, replaced or dated', (t) => {
  const file = join(folderWith(t, 'a'), 'a')
  const prints = [print(file)]
  assert.equal(print(file), prints[0])
  writeFileSync(file, 'longer')
  prints.push(print(file))
  writeFileSync(`${file}.new`, 'longer')
  utimesSync(`${file}.new`, 1, 1)
  renameSync(`${file}.new`, file)
  prints.push(print(file))
  utimesSync(file, 2, 2)
  prints.push(print(file))
  assert.equal(new Set(prints).size, 4)
  rmSync(file)
  assert.equal(print(file), null)
})

test('inspect() sees everything below a folder, and not what is installed there', (t) => {
  const folder = folderWith(t, 'a', 'sub/deep/b', 'node_modules/c', '.git/d')
  const seen = new Set([print(folder)])
  const after = (change: () => void): number => {
    change()
    return seen.add(print(folder)).size
  }
  assert.equal(
    after(() => writeFileSync(join(folder, 'sub/deep/b'), 'changed')),
    2,
  )
  assert.equal(
    after(() => writeFileSync(join(folder, 'sub/deep/new'), '')),
    3,
  )
  assert.equal(
    after(() => mkdirSync(join(folder, 'empty'))),
    4,
  )
  assert.equal(
    after(() => renameSync(join(folder, 'a'), join(folder, 'z'))),
    5,
  )
  assert.equal(
    after(() => writeFileSync(join(folder, 'node_modules/c'), 'changed')),
    5,
  )
  assert.equal(
    after(() => writeFileSync(join(folder, '.git/d'), 'changed')),
    5,
  )
})

test('inspect() follows symlinks on the way, and sees which one is switched', (t) => {
  const folder = folderWith(t, 'releases/1/app/server.js', 'releases/2/app/server.js')
  symlinkSync('releases/1', join(folder, 'current'))
  const file = join(folder, 'current/app/server.js')
  const before = print(file)
  const watched = inspect(file).targets.map(({ path, name }) => [path, name])
  for (const target of [
    [folder, 'current'],
    [folder, 'releases'],
    [join(folder, 'releases'), '1'],
    [join(folder, 'releases/1/app'), 'server.js'],
    [join(folder, 'releases/1/app/server.js'), null],
  ]) {
    assert.ok(
      watched.some((one) => one[0] === target[0] && one[1] === target[1]),
      JSON.stringify(target),
    )
  }
  rmSync(join(folder, 'current'))
  assert.equal(print(file), null)
  symlinkSync('releases/2', join(folder, 'current'))
  assert.notEqual(print(file), before)
})

test('inspect() sees the content of a symlink in a folder', (t) => {
  const [folder, elsewhere] = [folderWith(t), folderWith(t, 'content')]
  symlinkSync(join(elsewhere, 'content'), join(folder, 'link'))
  const before = print(folder)
  writeFileSync(join(elsewhere, 'content'), 'changed')
  const changed = print(folder)
  assert.notEqual(changed, before)
  rmSync(join(elsewhere, 'content'))
  assert.ok(![before, changed, null].includes(print(folder)))
})

test('inspect() takes symlinks in a circle for a missing path', (t) => {
  const folder = folderWith(t)
  symlinkSync('b', join(folder, 'a'))
  symlinkSync('a', join(folder, 'b'))
  assert.equal(print(join(folder, 'a')), null)
  symlinkSync('.', join(folder, 'self'))
  assert.notEqual(print(folder), null)
})

test('inspect() sees a volume of the kubelet change once, when its link is switched', (t) => {
  const folder = temporaryFolder(t)
  createVolume(folder, { 'a.conf': '1' })
  const before = [print(folder), print(join(folder, 'a.conf'))]
  const half = switchVolume(folder, { 'a.conf': '2' }, { complete: false })
  assert.deepEqual([print(folder), print(join(folder, 'a.conf'))], before)
  half.complete()
  const after = [print(folder), print(join(folder, 'a.conf'))]
  assert.notEqual(after[0], before[0])
  assert.notEqual(after[1], before[1])
  half.removeOld()
  assert.deepEqual([print(folder), print(join(folder, 'a.conf'))], after)
})
