import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { findSupervisor } from '../../../src/supervisor/control/find-supervisor.ts'
import { leaveStaleSocket, startControl } from '../../helpers/control.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'
import { makeStatus } from '../../helpers/fake-running-supervisor.ts'

const wanted = { env: {}, cwd: '/srv' }

test('--control wins, then LASTCALL_CONTROL; both may be relative', async () => {
  const env = { LASTCALL_CONTROL: 'b.sock' }
  assert.equal(await findSupervisor({ ...wanted, env, control: 'a.sock' }), '/srv/a.sock')
  assert.equal(await findSupervisor({ ...wanted, env }), '/srv/b.sock')
})

test('without a name it is the only one that runs, whatever dead ones have left', async (t) => {
  const folder = temporaryFolder(t)
  await leaveStaleSocket(join(folder, '1.sock'))
  const { path } = await startControl(t, { path: join(folder, '2.sock') })
  const folders = ['/no/such/folder', folder]
  assert.equal(await findSupervisor(wanted, folders), path)
  for (const LASTCALL_CONTROL of ['', 'none'])
    assert.equal(await findSupervisor({ ...wanted, env: { LASTCALL_CONTROL } }, folders), path)
})

test('without any it says where it looked', async (t) => {
  const folder = temporaryFolder(t)
  await assert.rejects(findSupervisor(wanted, [folder]), {
    code: 'LASTCALL_CONTROL_SOCKET',
    problems: [`no supervisor of this user runs in ${folder}; choose with --control PATH or --pid N`],
  })
})

test('of several it lists what they run, and asks for one', async (t) => {
  const folders = [temporaryFolder(t), temporaryFolder(t)]
  const [first = '', second = ''] = folders.map((folder) => join(folder, '7.sock'))
  const { supervisor } = await startControl(t, { path: first })
  supervisor.document = makeStatus({ pid: 7, command: ['node', 'a\u001b[2Jb.js'] })
  const other = await startControl(t, { path: second })
  other.supervisor.status = () => Promise.reject(new Error('out of order'))
  await assert.rejects(findSupervisor(wanted, folders), {
    problems: [
      'several supervisors run; choose with --control PATH or --pid N',
      `--control ${first} (pid 7): node a [2Jb.js`,
      `--control ${second}`,
    ],
  })
})

test('--pid names the socket of that process in any folder, and wins over LASTCALL_CONTROL', async (t) => {
  const folders = [temporaryFolder(t), temporaryFolder(t)]
  const { path } = await startControl(t, { path: join(folders[1] ?? '', '12.sock') })
  const env = { LASTCALL_CONTROL: '/elsewhere.sock' }
  assert.equal(await findSupervisor({ ...wanted, env, pid: 12 }, folders), path)
  await assert.rejects(
    findSupervisor({ ...wanted, pid: 13 }, folders),
    /--pid: the process 13 has none of .*13\.sock/,
  )
})

test('other files of a folder are not asked', async (t) => {
  const folder = temporaryFolder(t)
  mkdirSync(join(folder, 'x.sock'))
  await startControl(t, { path: join(folder, 'other') })
  await assert.rejects(findSupervisor(wanted, [folder]), /no supervisor of this user runs/)
})
