import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { startControlServer } from '../../../src/supervisor/control/control-server.ts'
import type { RunningSupervisor } from '../../../src/supervisor/running.ts'
import { connectTo, sendText, startControl } from '../../helpers/control.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'
import { eventually, turns } from '../../helpers/eventually.ts'
import { FakeRunningSupervisor, makeStatus } from '../../helpers/fake-running-supervisor.ts'

const line = (command: object): string => `${JSON.stringify(command)}\n`
const status = line({ command: 'status' })

test('status is answered with the document', async (t) => {
  const { path } = await startControl(t)
  assert.deepEqual(await sendText(path, status), { ok: true, status: makeStatus() })
})

test('only the user of the supervisor can connect: the folder is 0700 and the file 0600', async (t) => {
  const { path } = await startControl(t, { path: join(temporaryFolder(t), 'new', 'control.sock') })
  assert.equal(statSync(dirname(path)).mode & 0o777, 0o700)
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('restart is answered when it is over, with the new generation or with what went wrong', async (t) => {
  const { supervisor, path } = await startControl(t)
  const restarts = [1, 2].map((number) =>
    sendText(path, line({ command: 'restart', reason: `try ${number}` })),
  )
  await eventually('both are asked for', () => supervisor.told.length === 2)
  const early = await Promise.race([...restarts, turns(20)])
  assert.equal(early, undefined)
  supervisor.settle({ outcome: 'completed', generation: 2 })
  supervisor.settle({ outcome: 'rolled-back', detail: 'Generation 3 became unready' })
  assert.deepEqual(new Set(supervisor.told), new Set(['restart: try 1', 'restart: try 2']))
  const answers = await Promise.all(restarts)
  const [done, failed] = answers[0]?.ok ? answers : answers.toReversed()
  assert.deepEqual(done, { ok: true, generation: 2, detail: 'Generation 2 serves' })
  assert.deepEqual(failed, { ok: false, outcome: 'rolled-back', detail: 'Generation 3 became unready' })
})

test('stop is told to the supervisor once, and answered when everything has ended', async (t) => {
  const { supervisor, server, path } = await startControl(t)
  const stops = [sendText(path, line({ command: 'stop' })), sendText(path, line({ command: 'stop' }))]
  await eventually('it is told', () => supervisor.told.length > 0)
  assert.deepEqual(await sendText(path, line({ command: 'hammer' })), {
    ok: true,
    detail: 'No generation was ending',
  })
  assert.equal(await Promise.race([...stops, turns(20)]), undefined)
  await server[Symbol.asyncDispose]()
  for (const stop of stops) assert.deepEqual(await stop, { ok: true, detail: 'The supervisor has stopped' })
  assert.deepEqual(supervisor.told, ['stop: lastcall stop', 'hammer'])
})

test('a restart that still waits at the end is not taken for a completed one', async (t) => {
  const { supervisor, server, path } = await startControl(t)
  const restart = sendText(path, line({ command: 'restart', reason: 'deploy' }))
  await eventually('it is asked for', () => supervisor.told.length === 1)
  await server[Symbol.asyncDispose]()
  assert.deepEqual(await restart, { ok: false, outcome: 'stopped', detail: 'The supervisor has stopped' })
})

test('hammer is answered with how many generations were ending', async (t) => {
  const { supervisor, path } = await startControl(t)
  for (const [ending, detail] of [
    [1, '1 generation was ending and must end at once'],
    [2, '2 generations were ending and must end at once'],
  ] as const) {
    supervisor.ending = ending
    assert.deepEqual(await sendText(path, line({ command: 'hammer' })), { ok: true, detail })
  }
})

test('an error of the supervisor is an answer', async (t) => {
  const { supervisor, path } = await startControl(t)
  supervisor.status = () => Promise.reject(new Error('out of order'))
  assert.deepEqual(await sendText(path, status), {
    ok: false,
    outcome: 'error',
    detail: 'Error: out of order',
  })
})

test('bad input is answered with what is wrong, and the next client is served', async (t) => {
  const { path } = await startControl(t)
  for (const [sent, problem] of [
    ['\n', /not JSON/],
    ['{"command":\n', /not JSON/],
    ['\u0000\u00ff\n', /not JSON/],
    ['null\n', /no such command; there are status, restart, stop, hammer/],
    ['[]\n', /no such command/],
    ['"status"\n', /no such command/],
    ['{"command":"reboot"}\n', /no such command/],
    ['{"command":"constructor"}\n', /no such command/],
    ['{"command":"restart"}\n', /reason: wanted a text/],
    ['{"command":"restart","reason":""}\n', /reason/],
    [line({ command: 'restart', reason: 'x'.repeat(501) }), /reason/],
    ['x'.repeat(2_000), /more than 1000 bytes without a line end/],
    ['x'.repeat(1_000_000), /more than 1000 bytes/],
  ] as const) {
    const answer = await sendText(path, sent)
    assert.ok(!answer.ok && answer.outcome === 'bad-request', sent.slice(0, 40))
    assert.match(answer.detail, problem)
  }
  assert.equal((await sendText(path, status)).ok, true)
})

test('half a line and silence, or half a line and the end, is refused', async (t) => {
  const { path } = await startControl(t, { limits: { maxBytes: 100, timeoutMs: 20 } })
  const silent = await sendText(path, '{"command"')
  assert.ok(!silent.ok)
  assert.equal(silent.detail, 'got no whole line within 20 ms')
  const { path: patient } = await startControl(t)
  const socket = await connectTo(patient)
  socket.end('{"command"')
  assert.match(await text(socket), /end of the connection before a line end/)
})

test('a client that ends its side after the line, as nc does, gets its answer', async (t) => {
  const { path } = await startControl(t)
  const socket = await connectTo(path)
  socket.end(status)
  assert.equal((JSON.parse(await text(socket)) as { ok: boolean }).ok, true)
})

test('a line may come in pieces, and what follows it is not read', async (t) => {
  const { path, supervisor } = await startControl(t)
  const socket = await connectTo(path)
  for (const part of ['{"comm', 'and":"sta', 'tus"}\n{"command":"stop"}\n']) {
    socket.write(part)
    await turns(5)
  }
  assert.equal((await text(socket)).trim().split('\n').length, 1)
  assert.deepEqual(supervisor.told, [])
})

test('a client that goes away during a restart leaves it alone, and the next one is served', async (t) => {
  const { path, supervisor } = await startControl(t)
  const socket = await connectTo(path)
  socket.write(line({ command: 'restart', reason: 'deploy' }))
  await eventually('it is asked for', () => supervisor.told.length === 1)
  socket.destroy()
  supervisor.settle({ outcome: 'completed', generation: 2 })
  assert.equal((await sendText(path, status)).ok, true)
})

test('a command that comes before the supervisor has started waits for it', async (t) => {
  const path = join(temporaryFolder(t), 'control.sock')
  const supervisor = Promise.withResolvers<RunningSupervisor>()
  const server = await startControlServer(path, supervisor.promise)
  t.after(() => server[Symbol.asyncDispose]())
  const answer = sendText(path, status)
  assert.equal(await Promise.race([answer, turns(20)]), undefined)
  supervisor.resolve(new FakeRunningSupervisor())
  assert.equal((await answer).ok, true)
})

test('its end closes silent clients at once, and removes the file', async (t) => {
  const { server, path } = await startControl(t)
  const socket = await connectTo(path)
  await turns(5)
  await server[Symbol.asyncDispose]()
  await once(socket.resume(), 'close')
  assert.equal(existsSync(path), false)
})
