import assert from 'node:assert/strict'
import { fstatSync } from 'node:fs'
import { test } from 'node:test'
import { bindSockets } from '../../../src/supervisor/sockets/bind-sockets.ts'
import { eventually } from '../../helpers/eventually.ts'
import { holdSockets, isAlive, startTestGeneration } from '../../helpers/generation.ts'
import { httpGet } from '../../helpers/http-get.ts'

test('startGeneration() passes the sockets on, with the variables of lastcall and of systemd', async (t) => {
  const sockets = await holdSockets(t, 'http', 'admin')
  const generation = startTestGeneration(t, { id: 7, sockets })
  const { pid, env, areSockets } = await generation.hello()
  assert.equal(pid, generation.process.pid)
  assert.deepEqual(areSockets, [true, true])
  assert.deepEqual(
    [env['LISTEN_PID'], env['LISTEN_FDS'], env['LISTEN_FDNAMES']],
    [String(pid), '2', 'http:admin'],
  )
  assert.deepEqual([env['LASTCALL_SUPERVISOR'], env['LASTCALL_GENERATION']], [String(process.pid), '7'])
  assert.deepEqual(
    JSON.parse(env['LASTCALL_SOCKETS'] ?? ''),
    sockets.map(({ name, host, port }, index) => ({ name, fd: 3 + index, host, port })),
  )
  assert.equal(env['LASTCALL_PROBE_PORT'], 'false')
})

test('startGeneration() passes no socket that only reserves a port, and says where to bind', async (t) => {
  const sockets = await bindSockets([{ name: 'http', host: '127.0.0.1', port: 0 }], [], true)
  t.after(() => sockets.forEach((socket) => socket.close()))
  const { env, areSockets } = await startTestGeneration(t, { sockets }).hello()
  const [{ name, host, port } = {}] = sockets
  assert.deepEqual(JSON.parse(env['LASTCALL_SOCKETS'] ?? ''), [{ name, host, port, reusePort: true }])
  assert.deepEqual(
    [env['LISTEN_FDS'], env['LISTEN_FDNAMES'], env['LISTEN_PID']],
    [undefined, undefined, undefined],
  )
  assert.deepEqual(areSockets, [])
})

test('twelve sockets survive the shell', async (t) => {
  const names = Array.from({ length: 12 }, (_, index) => `s${index}`)
  const generation = startTestGeneration(t, { sockets: await holdSockets(t, ...names) })
  const { areSockets, env, pid } = await generation.hello()
  assert.deepEqual(
    areSockets,
    names.map(() => true),
  )
  assert.equal(env['LISTEN_PID'], String(pid))
})

test('a generation does not get what systemd says to the supervisor alone', async (t) => {
  const own = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID', 'LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']
  const env = { ...process.env, ...Object.fromEntries(own.map((name) => [name, '1'])) }
  const hello = await startTestGeneration(t, { env }).hello()
  assert.deepEqual(
    own.filter((name) => name in hello.env),
    [],
  )
})

test('a generation has a process group of its own, and writes where the supervisor writes', async (t) => {
  const generation = startTestGeneration(t)
  const { pid, output } = await generation.hello()
  assert.ok(isAlive(-pid))
  assert.deepEqual(
    output,
    [1, 2].map((fd) => fstatSync(fd).ino),
  )
})

test('a generation listens, stops, and listens again on the handle that it is sent, twice', async (t) => {
  const [socket] = await holdSockets(t, 'http')
  assert.ok(socket?.port)
  const generation = startTestGeneration(t, { sockets: [socket] })
  const { pid } = await generation.hello()
  generation.process.send({ lastcall: 'accept' })
  for (const round of [1, 2]) {
    await generation.message('accepting', round)
    assert.equal((await httpGet(socket.port, '/')).body, String(pid))
    generation.process.send({ lastcall: 'pause' })
    await generation.message('paused', round)
    generation.process.send({ lastcall: 'resume', socket: 'http' }, socket.handle)
  }
  await generation.message('accepting', 3)
  assert.equal((await httpGet(socket.port, '/')).body, String(pid))
})

test('the socket queues while nobody listens, and the next generation answers', async (t) => {
  const [socket] = await holdSockets(t, 'http')
  assert.ok(socket?.port)
  const first = startTestGeneration(t, { sockets: [socket] })
  await first.hello()
  first.process.send({ lastcall: 'accept' })
  await first.message('accepting')
  first.process.signal('SIGKILL')
  assert.deepEqual((await first.end()).exit, { code: null, signal: 'SIGKILL' })
  const queued = httpGet(socket.port, '/')
  const second = startTestGeneration(t, { id: 2, sockets: [socket] })
  await second.hello()
  second.process.send({ lastcall: 'accept' })
  assert.equal((await queued).body, String(second.process.pid))
})

test('onExit() gets the exit code, and onMessage() what is for the supervisor only', async (t) => {
  const generation = startTestGeneration(t, { behaviour: 'exits' })
  assert.deepEqual(await generation.end(), { exit: { code: 3, signal: null }, problem: undefined })
  assert.deepEqual(
    generation.messages.map(({ lastcall }) => lastcall),
    ['hello'],
  )
})

test('signal() reaches the first process', async (t) => {
  const generation = startTestGeneration(t)
  await generation.hello()
  generation.process.signal('SIGTERM')
  assert.deepEqual((await generation.end()).exit, { code: null, signal: 'SIGTERM' })
})

test('the end of the first process takes what it has left behind with it', async (t) => {
  const generation = startTestGeneration(t, { behaviour: 'leaves processes' })
  const { sleepers } = await generation.hello()
  // The second one has left the process group, and only Linux finds it there.
  const expected = process.platform === 'linux' ? sleepers : sleepers.slice(0, 1)
  t.after(() => sleepers.filter(isAlive).forEach((pid) => process.kill(pid, 'SIGKILL')))
  assert.deepEqual(sleepers.map(isAlive), [true, true])
  generation.process.send({ lastcall: 'drain', reason: 'test', delayMs: 0 })
  assert.deepEqual((await generation.end()).exit, { code: 5, signal: null })
  await eventually('they have ended', () => !expected.some(isAlive))
})

test('killGroup() ends a generation that ignores SIGTERM', async (t) => {
  const generation = startTestGeneration(t, { behaviour: 'ignores SIGTERM' })
  await generation.hello()
  generation.process.signal('SIGTERM')
  await generation.message('unready')
  generation.process.killGroup()
  assert.deepEqual((await generation.end()).exit, { code: null, signal: 'SIGKILL' })
})

test('killGroup() ends what a generation has started, wherever it is', async (t) => {
  const generation = startTestGeneration(t, { behaviour: 'leaves processes' })
  const { sleepers } = await generation.hello()
  generation.process.killGroup()
  await generation.end()
  const expected = process.platform === 'linux' ? sleepers : sleepers.slice(0, 1)
  await eventually('they have ended', () => !expected.some(isAlive))
})

test('killGroup() of one generation leaves the next one alone', async (t) => {
  const first = startTestGeneration(t)
  const second = startTestGeneration(t, { id: 2 })
  await Promise.all([first.hello(), second.hello()])
  first.process.killGroup()
  await first.end()
  second.process.send({ lastcall: 'drain', reason: 'test', delayMs: 0 })
  assert.deepEqual((await second.end()).exit, { code: 5, signal: null })
})

test('a generation that closes its channel goes on, and orders to it go nowhere', async (t) => {
  const generation = startTestGeneration(t, { behaviour: 'disconnects' })
  const { pid } = await generation.hello()
  await eventually('the channel is closed', () => !generation.process.connected)
  generation.process.send({ lastcall: 'accept' })
  assert.ok(isAlive(pid))
})

test('what is asked of a generation that has ended goes nowhere', async (t) => {
  const generation = startTestGeneration(t, { behaviour: 'exits' })
  await generation.end()
  generation.process.send({ lastcall: 'accept' })
  generation.process.signal('SIGTERM')
  generation.process.killGroup()
})
