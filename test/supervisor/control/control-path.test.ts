import assert from 'node:assert/strict'
import { chownSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  controlFolders,
  defaultControlPath,
  ownUser,
  prepareFolder,
  strangerOf,
} from '../../../src/supervisor/control/control-path.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'

test('the default path has the process id, and is in the runtime folder of the user if that is his', (t) => {
  const runtime = temporaryFolder(t)
  const env = { XDG_RUNTIME_DIR: runtime, TMPDIR: '/var/tmp' }
  const user = ownUser()
  assert.equal(defaultControlPath(env, 12), `${runtime}/lastcall/12.sock`)
  assert.equal(defaultControlPath(env, 12, user + 1), `/var/tmp/lastcall-${user + 1}/12.sock`)
  assert.equal(defaultControlPath({ XDG_RUNTIME_DIR: '/no/such/folder' }, 12, 5), '/tmp/lastcall-5/12.sock')
  assert.equal(defaultControlPath({ XDG_RUNTIME_DIR: 'run', TMPDIR: '' }, 1, 5), '/tmp/lastcall-5/1.sock')
})

test('every default path is in one of the folders that a client looks into, whatever its environment', (t) => {
  const runtime = temporaryFolder(t)
  for (const env of [{}, { XDG_RUNTIME_DIR: runtime }, { TMPDIR: runtime }]) {
    const path = defaultControlPath(env, 3)
    assert.ok(controlFolders(env).includes(path.slice(0, -'/3.sock'.length)), path)
  }
  assert.ok(controlFolders({ XDG_RUNTIME_DIR: runtime }, 7).includes('/tmp/lastcall-7'))
  assert.ok(controlFolders({}, 7).includes('/run/user/7/lastcall'))
})

// Root gives a folder away; anybody else takes the part of another user.
const isRoot = ownUser() === 0
const other = isRoot ? 0 : ownUser() + 1
const giveAway = (path: string): void => (isRoot ? chownSync(path, 12_345, 12_345) : undefined)

test('a folder that belongs to another user is refused, also behind a link', (t) => {
  const folder = temporaryFolder(t)
  const [strange, link, mine] = [join(folder, 'strange'), join(folder, 'link'), join(folder, 'mine')]
  mkdirSync(strange)
  giveAway(strange)
  symlinkSync(strange, link)
  for (const one of [strange, link]) {
    assert.throws(() => prepareFolder(join(one, 'a.sock'), other), {
      code: 'LASTCALL_CONTROL_SOCKET',
      message: /its folder belongs to the user \d+; choose another with --control/,
    })
  }
  prepareFolder(join(mine, 'a.sock'))
  assert.equal(strangerOf(mine), undefined)
})

test('a folder of root is fine for everybody', () => {
  assert.equal(strangerOf('/', 4_711), undefined)
})
