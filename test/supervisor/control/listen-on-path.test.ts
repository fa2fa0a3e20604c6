import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { startControlServer } from '../../../src/supervisor/control/control-server.ts'
import { describeUnusable } from '../../../src/supervisor/control/default-control.ts'
import { leaveStaleSocket, sendText, startControl } from '../../helpers/control.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'
import { FakeRunningSupervisor } from '../../helpers/fake-running-supervisor.ts'

const status = '{"command":"status"}\n'

test('a second supervisor on the path of a first is refused, and the first goes on', async (t) => {
  const { path } = await startControl(t)
  await assert.rejects(startControl(t, { path }), {
    code: 'LASTCALL_CONTROL_SOCKET',
    message: `The control socket cannot be used: ${path}: another supervisor listens there; choose another with --control`,
  })
  assert.equal((await sendText(path, status)).ok, true)
})

test('the file of a supervisor that is dead is replaced', async (t) => {
  const path = join(temporaryFolder(t), 'control.sock')
  await leaveStaleSocket(path)
  assert.equal(await describeUnusable(path), null)
  await startControl(t, { path })
  assert.equal((await sendText(path, status)).ok, true)
  assert.deepEqual(readdirSync(dirname(path)), ['control.sock'])
})

test('of many that replace the same file at once, one wins, and it is the one that answers', async (t) => {
  const path = join(temporaryFolder(t), 'control.sock')
  await leaveStaleSocket(path)
  const supervisors = Array.from({ length: 8 }, () => new FakeRunningSupervisor())
  const started = await Promise.allSettled(
    supervisors.map((one) => startControlServer(path, Promise.resolve(one))),
  )
  const servers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  t.after(() => Promise.all(servers.map((server) => server[Symbol.asyncDispose]())))
  const winner = started.findIndex((one) => one.status === 'fulfilled')
  assert.equal(servers.length, 1)
  await sendText(path, '{"command":"hammer"}\n')
  assert.deepEqual(supervisors[winner]?.told, ['hammer'])
  assert.deepEqual(readdirSync(dirname(path)), ['control.sock'])
})

test('a file that is no socket is left alone', async (t) => {
  const path = join(temporaryFolder(t), 'notes.txt')
  writeFileSync(path, 'mine')
  await assert.rejects(startControl(t, { path }), /this file is not a socket/)
  assert.equal(readFileSync(path, 'utf8'), 'mine')
})

test('a path that is too long is refused with its length', async (t) => {
  const path = join(temporaryFolder(t), 'é'.repeat(60))
  const bytes = Buffer.byteLength(path)
  await assert.rejects(startControl(t, { path }), {
    code: 'LASTCALL_CONTROL_SOCKET',
    message: new RegExp(
      `the path has ${bytes} bytes, a unix socket has at most 10[37]; choose a shorter path`,
    ),
  })
})

test('a folder that cannot be created is refused', async (t) => {
  const file = join(temporaryFolder(t), 'file')
  writeFileSync(file, '')
  await assert.rejects(
    startControl(t, { path: join(file, 'x', 'control.sock') }),
    /its folder cannot be created/,
  )
  assert.match(
    (await describeUnusable(join(file, 'x', 'control.sock'))) ?? '',
    /its folder cannot be created/,
  )
})

test('describeUnusable names a supervisor that listens there', async (t) => {
  const { path } = await startControl(t)
  assert.equal(await describeUnusable(path), `another supervisor listens on ${path}`)
})
