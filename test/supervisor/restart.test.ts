import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { Agent, get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { text } from 'node:stream/consumers'
import { eventually } from '../helpers/eventually.ts'
import { startSupervised, type Supervised } from '../helpers/supervised.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

async function serving(
  t: TestContext,
  options: Parameters<typeof startSupervised>[1] = {},
): Promise<Supervised> {
  const supervised = await startSupervised(t, options)
  await supervised.serves(1)
  return supervised
}

for (const signal of ['SIGHUP', 'SIGUSR2'] as const) {
  test(`${signal} replaces the program by a new process with new code, and the supervisor keeps its PID`, async (t) => {
    const supervised = await serving(t)
    const before = await supervised.get()
    supervised.release({ version: '2' })
    supervised.child.kill(signal)
    await supervised.child.line(/restart completed/, 'stderr')
    await supervised.settles()
    const after = await supervised.get()
    assert.deepEqual([before.version, after.version], ['1', '2'])
    assert.notEqual(after.pid, before.pid)
    assert.equal((await supervised.status()).pid, supervised.child.process.pid)
    await supervised.child.line(/generation 1 has ended.*"code":0|"code":0.*generation 1 has ended/, 'stderr')
  })
}

test('the next generation reads the environment of `node --env-file` again', async (t) => {
  const file = join(temporaryFolder(t), 'settings')
  const program = join(import.meta.dirname, '../fixtures/supervisor/app.ts')
  writeFileSync(file, 'SETTING=old')
  const supervised = await serving(t, { command: [process.execPath, `--env-file=${file}`, program] })
  assert.equal((await supervised.get()).setting, 'old')
  writeFileSync(file, 'SETTING=new')
  assert.equal(await supervised.restart(), 'completed')
  await eventually('the next generation answers', async () => (await supervised.get()).setting === 'new')
})

test(
  'the supervisor is the parent of every generation, and stays',
  { skip: process.platform !== 'linux' && 'only Linux tells the parent of a process in a file' },
  async (t) => {
    const supervised = await serving(t)
    for (let generation = 1; generation <= 3; generation++) {
      const { pid } = await supervised.get()
      const [, parent] = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
      assert.equal(Number(parent), supervised.child.process.pid)
      assert.equal(await supervised.restart(), 'completed')
      await supervised.settles()
    }
  },
)

test('a request in flight is answered by the generation that it began with', async (t) => {
  const supervised = await serving(t)
  const slow = supervised.get('/slow?ms=1000')
  await eventually('the request is in flight', async () => {
    const [generation] = (await supervised.status()).generations
    return generation?.inFlight?.request === 1
  })
  assert.equal(await supervised.restart(), 'completed')
  await supervised.settles()
  assert.equal((await supervised.get()).generation, '2')
  assert.equal((await slow).generation, '1')
})

test('not ready in time: the new generation is killed, and the old one never noticed', async (t) => {
  const supervised = await serving(t, { args: ['--ready-timeout', '3s'] })
  const before = await supervised.get()
  supervised.release({ version: '2', behaviour: 'never ready' })
  assert.equal(await supervised.restart(), 'failed')
  assert.deepEqual(await supervised.get(), before)
  const { lastFailure, restarts } = await supervised.status()
  assert.equal(lastFailure?.kind, 'not-ready')
  assert.equal(restarts.failed, 1)
  await eventually('the new one has ended', async () => (await supervised.status()).ended.length === 1)
  const { generations, ended } = await supervised.status()
  assert.deepEqual(
    generations.map(({ generation, phase }) => [generation, phase]),
    [[1, 'serving']],
  )
  assert.deepEqual([ended[0]?.generation, ended[0]?.signal], [2, 'SIGKILL'])
})

test('dead before it is ready: the old generation goes on, and the next restart works', async (t) => {
  const supervised = await serving(t)
  supervised.release({ version: '2', behaviour: 'ends at once' })
  assert.equal(await supervised.restart(), 'failed')
  assert.equal((await supervised.get()).version, '1')
  assert.match((await supervised.status()).lastFailure?.detail ?? '', /code 7/)
  supervised.release({ version: '3' })
  assert.equal(await supervised.restart(), 'completed')
  await supervised.settles()
  assert.equal((await supervised.get()).version, '3')
})

for (const [path, how] of [
  ['/end', 'dies'],
  ['/unready', 'turns unready'],
] as const) {
  test(`the new generation ${how} in the soak: the old one accepts again`, async (t) => {
    const supervised = await serving(t, { args: ['--soak', '20s'] })
    supervised.release({ version: '2' })
    const restart = supervised.restart()
    await supervised.soaks(2)
    await supervised.get(path).catch(() => undefined)
    assert.equal(await restart, 'rolled-back')
    await eventually('the old generation answers', async () => (await supervised.get()).version === '1')
    assert.equal((await supervised.status()).restarts.rolledBack, 1)
    supervised.release({ version: '3' })
    supervised.child.kill('SIGHUP')
    await supervised.child.line(/generation 3 serves/, 'stderr')
    // For a moment both generations accept.
    await eventually('only the new generation answers', async () => (await supervised.get()).version === '3')
  })
}

test('a connection in the accept queue of the old generation is answered by the new one', async (t) => {
  const supervised = await serving(t)
  const [{ pid } = { pid: null }] = (await supervised.status()).generations
  assert.ok(pid !== null)
  // A stopped process accepts nothing: the connection is queued in the kernel.
  process.kill(pid, 'SIGSTOP')
  const socket = connect(supervised.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  supervised.release({ version: '2' })
  supervised.child.kill('SIGHUP')
  try {
    assert.match(await text(socket), /"version":"2"/)
  } finally {
    process.kill(pid, 'SIGKILL')
  }
})

test('a unix socket beside the port: its file stays the same, and nobody is refused through a restart', async (t) => {
  const path = join(temporaryFolder(t), 'admin.sock')
  const supervised = await serving(t, { args: ['--listen', `admin=unix:${path}`], env: { ADMIN: path } })
  const { ino } = statSync(path)
  const ask = async (): Promise<string> => {
    const [response] = (await once(get({ socketPath: path, agent: false }), 'response')) as [IncomingMessage]
    return text(response)
  }
  assert.equal(await ask(), '1')
  let isOver = false
  const restart = supervised.restart().finally(() => (isOver = true))
  while (!isOver) assert.match(await ask(), /^[12]$/)
  assert.equal(await restart, 'completed')
  await eventually('the next generation answers', async () => (await ask()) === '2')
  assert.equal(statSync(path).ino, ino)
})

test('a hundred SIGHUPs at once are at most two restarts, and the last release serves', async (t) => {
  const supervised = await serving(t)
  supervised.release({ version: '2' })
  for (let count = 0; count < 100; count++) supervised.child.kill('SIGHUP')
  await eventually('it is quiet again', async () => {
    const { state, queued, restarts } = await supervised.status()
    return state === 'serving' && queued === null && restarts.completed > 0
  })
  const { restarts, generations } = await supervised.status()
  assert.ok(restarts.completed <= 2, `${restarts.completed} restarts`)
  assert.ok(generations.length <= 3)
  assert.equal((await supervised.get()).version, '2')
})

test('an idle keep-alive connection is told to close, not reset, while the old generation hands over', async (t) => {
  const supervised = await serving(t, { args: ['--hand-over', '3s'] })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  const ask = async (): Promise<{ generation: string; connection: string | undefined }> => {
    const request = get({ host: '127.0.0.1', port: supervised.port, agent })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const { generation } = JSON.parse(await text(response)) as { generation: string }
    return { generation, connection: response.headers.connection }
  }
  assert.deepEqual(await ask(), { generation: '1', connection: 'keep-alive' })
  assert.equal(await supervised.restart(), 'completed')
  assert.deepEqual(await ask(), { generation: '1', connection: 'close' })
  assert.equal((await ask()).generation, '2')
})
