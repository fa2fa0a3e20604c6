import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { askAtPath } from '../../../src/supervisor/control/ask-at-path.ts'
import { leaveStaleSocket, startControl } from '../../helpers/control.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'
import { eventually } from '../../helpers/eventually.ts'
import { makeStatus } from '../../helpers/fake-running-supervisor.ts'

/** Something on a unix socket that is no supervisor. */
async function startOther(t: TestContext, onConnection: (socket: Socket) => void): Promise<string> {
  const path = join(temporaryFolder(t), 'control.sock')
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined))
    onConnection(socket)
  }).listen(path)
  await once(server, 'listening')
  t.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return path
}

test('askAtPath resolves to the answer', async (t) => {
  const { path } = await startControl(t)
  assert.deepEqual(await askAtPath(path, { command: 'status' }), { ok: true, status: makeStatus() })
})

test('askAtPath says where no supervisor answers', async (t) => {
  const folder = temporaryFolder(t)
  const [missing, stale] = [join(folder, 'missing.sock'), join(folder, 'stale.sock')]
  await leaveStaleSocket(stale)
  for (const [path, problem] of [
    [missing, /missing\.sock: no supervisor has this control socket \(ENOENT/],
    [stale, /stale\.sock: no supervisor answers there \(connect ECONNREFUSED/],
    [`/${'x'.repeat(200)}`, /the path has 201 bytes/],
  ] as const) {
    await assert.rejects(askAtPath(path, { command: 'status' }), {
      code: 'LASTCALL_CONTROL_SOCKET',
      message: problem,
    })
  }
})

test('status and hammer wait for a limited time', async (t) => {
  const path = await startOther(t, (socket) => socket.resume())
  for (const command of ['status', 'hammer'] as const) {
    await assert.rejects(askAtPath(path, { command }, 20), {
      code: 'LASTCALL_CONTROL_SOCKET',
      message: /no supervisor answers there \(no answer within 20 ms\)/,
    })
  }
})

test('restart waits for as long as it takes', async (t) => {
  const { supervisor, path } = await startControl(t)
  const answer = askAtPath(path, { command: 'restart', reason: 'deploy' }, 1)
  await eventually('it is asked for', () => supervisor.told.length === 1)
  // The time of an immediate answer is over.
  await new Promise((resolve) => setTimeout(resolve, 20))
  supervisor.settle({ outcome: 'completed', generation: 2 })
  assert.equal((await answer).ok, true)
})

test('a supervisor that goes away without an answer is an answer', async (t) => {
  const path = await startOther(t, (socket) => socket.once('data', () => socket.destroy()))
  const answer = await askAtPath(path, { command: 'stop' })
  assert.ok(!answer.ok)
  assert.equal(answer.outcome, 'gone')
})
