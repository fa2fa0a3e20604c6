import assert from 'node:assert/strict'
import fs, { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { LastcallError } from '../../../src/core/errors.ts'
import { watchPaths } from '../../../src/supervisor/watch/watch-paths.ts'
import { eventually } from '../../helpers/eventually.ts'
import { keptLog } from '../../helpers/kept-log.ts'
import { createVolume, switchVolume } from '../../helpers/kubelet-volume.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'

interface Watching {
  readonly changes: (readonly string[])[]
  readonly logger: ReturnType<typeof keptLog>
  /** Makes a change, and resolves when it is reported. */
  reported(change: () => void): Promise<readonly string[]>
}

function watch(t: TestContext, cwd: string, ...paths: readonly string[]): Watching {
  const changes: (readonly string[])[] = []
  const logger = keptLog()
  const watching = watchPaths(paths, (changed) => changes.push(changed), { cwd, logger })
  t.after(() => watching[Symbol.dispose]())
  return {
    changes,
    logger,
    async reported(change) {
      const before = changes.length
      change()
      await eventually('the change is reported', () => changes.length > before)
      return changes.at(-1) ?? []
    },
  }
}

test('watchPaths() reports a file that is written, and one that is replaced, each time', async (t) => {
  const folder = temporaryFolder(t)
  const file = join(folder, 'a.conf')
  writeFileSync(file, '1')
  const { reported } = watch(t, folder, file)
  assert.deepEqual(await reported(() => writeFileSync(file, '12')), [file])
  const replace = (text: string): void => {
    writeFileSync(`${file}.new`, text)
    renameSync(`${file}.new`, file)
  }
  await reported(() => replace('123'))
  await reported(() => replace('1234'))
  await reported(() => writeFileSync(file, '12345'))
})

test('watchPaths() names the paths that have changed, and takes relative ones', async (t) => {
  const folder = temporaryFolder(t)
  for (const name of ['a', 'b']) writeFileSync(join(folder, name), '')
  const { reported } = watch(t, folder, 'a', 'b')
  assert.deepEqual(await reported(() => writeFileSync(join(folder, 'b'), 'x')), [join(folder, 'b')])
})

test('watchPaths() survives that a file and its folder are removed and come back', async (t) => {
  const folder = temporaryFolder(t)
  const sub = join(folder, 'sub')
  const file = join(sub, 'a.conf')
  mkdirSync(sub)
  writeFileSync(file, '1')
  const { changes, reported } = watch(t, folder, file)
  await reported(() => {
    rmSync(file)
    writeFileSync(file, '22')
  })
  await reported(() => {
    rmSync(sub, { recursive: true })
    mkdirSync(sub)
    writeFileSync(file, '333')
  })
  await reported(() => writeFileSync(file, '4444'))
  assert.equal(changes.length, 3)
})

test('watchPaths() reports what happens in a folder, and in folders that are made there later', async (t) => {
  const folder = temporaryFolder(t)
  const { reported } = watch(t, folder, folder)
  await reported(() => mkdirSync(join(folder, 'sub')))
  await reported(() => writeFileSync(join(folder, 'sub', 'a'), '1'))
  await reported(() => writeFileSync(join(folder, 'sub', 'a'), '12'))
  await reported(() => rmSync(join(folder, 'sub'), { recursive: true }))
})

test('watchPaths() reports a symlink on the way that is switched', async (t) => {
  const folder = temporaryFolder(t)
  for (const release of ['1', '2', '3']) {
    mkdirSync(join(folder, release))
    writeFileSync(join(folder, release, 'server.js'), '')
  }
  const current = join(folder, 'current')
  const deploy = (release: string): void => {
    symlinkSync(release, `${current}.new`)
    renameSync(`${current}.new`, current)
  }
  deploy('1')
  const { reported } = watch(t, current, 'server.js', current)
  const both = [join(current, 'server.js'), current]
  assert.deepEqual(await reported(() => deploy('2')), both)
  assert.deepEqual(await reported(() => deploy('3')), both)
})

test('watchPaths() reports a changed ConfigMap, each time', async (t) => {
  const folder = temporaryFolder(t)
  createVolume(folder, { 'a.conf': '1' })
  const { changes, reported } = watch(t, folder, folder)
  await reported(() => switchVolume(folder, { 'a.conf': '2' }))
  await reported(() => switchVolume(folder, { 'a.conf': '3' }))
  assert.equal(changes.length, 2)
})

test('watchPaths() reports one file of a Secret', async (t) => {
  const folder = temporaryFolder(t)
  createVolume(folder, { 'tls.crt': '1' })
  const file = join(folder, 'tls.crt')
  const { reported } = watch(t, folder, file)
  assert.deepEqual(await reported(() => switchVolume(folder, { 'tls.crt': '2' })), [file])
  await reported(() => switchVolume(folder, { 'tls.crt': '3' }))
})

test('watchPaths() wants its paths to be there at the start', (t) => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'there'), '')
  const start = (): unknown =>
    watchPaths(['there', 'gone', 'lost/too'], () => {}, { cwd: folder, logger: keptLog() })
  assert.throws(start, (error: unknown) => {
    assert.ok(error instanceof LastcallError)
    assert.deepEqual([error.code, error.problems.length], ['LASTCALL_USAGE', 2])
    assert.match(error.problems[0] ?? '', /^--watch: .*gone does not exist/)
    return true
  })
})

for (const code of ['ENOSPC', 'EMFILE']) {
  test(`watchPaths() polls where the kernel cannot watch (${code}), and says so once`, async (t) => {
    const folder = temporaryFolder(t)
    const file = join(folder, 'a.conf')
    writeFileSync(file, '1')
    t.mock.method(fs, 'watch', () => {
      throw Object.assign(new Error(`${code}: System limit reached`), { code })
    })
    syncBuiltinESMExports()
    t.after(() => {
      t.mock.restoreAll()
      syncBuiltinESMExports()
    })
    const { logger, reported } = watch(t, folder, file)
    assert.deepEqual(await reported(() => writeFileSync(file, '12')), [file])
    await reported(() => writeFileSync(file, '123'))
    const [line, ...others] = logger.lines
    assert.match(JSON.stringify(line), new RegExp(`${code}.*looked at each second instead`))
    assert.deepEqual(others, [])
  })
}
