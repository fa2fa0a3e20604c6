import assert from 'node:assert/strict'
import { test } from 'node:test'
import { followSignals } from '../../src/cli/run-signals.ts'
import type { RunningSupervisor } from '../../src/supervisor/running.ts'
import { captureIo } from '../helpers/captured-io.ts'
import { turns } from '../helpers/eventually.ts'
import { FakeRunningSupervisor } from '../helpers/fake-running-supervisor.ts'

function follow() {
  const io = captureIo()
  const supervisor = new FakeRunningSupervisor()
  let nowMs = 1_000
  const end = followSignals(io, Promise.resolve(supervisor), () => nowMs)
  const send = async (signal: NodeJS.Signals, afterMs = 0): Promise<void> => {
    nowMs += afterMs
    io.send(signal)
    await turns(1)
  }
  return { io, supervisor, send, end }
}

test('SIGHUP and SIGUSR2 restart, each time', async () => {
  const { supervisor, send } = follow()
  for (const signal of ['SIGHUP', 'SIGUSR2', 'SIGHUP'] as const) await send(signal)
  assert.deepEqual(supervisor.told, ['restart: SIGHUP', 'restart: SIGUSR2', 'restart: SIGHUP'])
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} stops; within a second it is the same one, after it it hammers`, async () => {
    const { supervisor, send } = follow()
    await send(signal)
    await send(signal, 999)
    assert.deepEqual(supervisor.told, [`stop: ${signal}`])
    await send(signal, 1)
    await send('SIGTERM', 1)
    assert.deepEqual(supervisor.told, [`stop: ${signal}`, 'hammer', 'hammer'])
  })
}

test('a stop that the control socket has begun is not told again, which would hammer', async () => {
  const { supervisor, send } = follow()
  supervisor.stop('lastcall stop')
  await send('SIGTERM')
  assert.deepEqual(supervisor.told, ['stop: lastcall stop'])
  await send('SIGTERM', 1_000)
  assert.deepEqual(supervisor.told, ['stop: lastcall stop', 'hammer'])
})

test('SIGQUIT stops and hammers at once', async () => {
  const { supervisor, send } = follow()
  await send('SIGQUIT')
  assert.deepEqual(supervisor.told, ['stop: SIGQUIT', 'hammer'])
})

test('it listens to no other signal, above all not to SIGUSR1, and its end ends that', () => {
  let listened: readonly NodeJS.Signals[] | undefined
  let ended = false
  const end = followSignals(
    {
      onSignal(_, signals) {
        listened = signals
        return () => (ended = true)
      },
    },
    Promise.resolve(new FakeRunningSupervisor()),
  )
  assert.deepEqual(listened, ['SIGHUP', 'SIGUSR2', 'SIGTERM', 'SIGINT', 'SIGQUIT'])
  end()
  assert.equal(ended, true)
})

test('signals that come before the supervisor has started are not lost, and keep their time', async () => {
  const io = captureIo()
  const started = Promise.withResolvers<RunningSupervisor>()
  const times = [0, 10, 2_000]
  followSignals(io, started.promise, () => times.shift() ?? 0)
  for (const signal of ['SIGTERM', 'SIGTERM', 'SIGTERM'] as const) io.send(signal)
  const supervisor = new FakeRunningSupervisor()
  started.resolve(supervisor)
  await turns(1)
  assert.deepEqual(supervisor.told, ['stop: SIGTERM', 'hammer'])
})
