import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { makeServer, openPort } from '../../helpers/lifecycle.ts'
import { ask, events, prepare, stopped } from './setup.ts'

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

suite('the one shutdown of all servers of createTerminus()', () => {
  test('outside Kubernetes there is no delay, the drain may take 15 s, and the process ends by the signal', async (t) => {
    const prepared = prepare(t)
    await openPort(prepared.group.add(makeServer(t), {}))
    prepared.host.send('SIGTERM')
    const report = await stopped(prepared)
    assert.deepEqual([report.exitCode, report.reason, prepared.raised], [0, 'SIGTERM', ['SIGTERM']])
    assert.deepEqual(prepared.timers.slice(0, 3), [0, 12_000, 15_000])
  })

  test('the log says how long a shutdown takes, again when a server makes it longer', (t) => {
    const { group, log } = prepare(t)
    group.add(makeServer(t), { timeout: 3_000 })
    group.add(makeServer(t), { timeout: 8_000, beforeShutdown: () => {} })
    const sums = log.flatMap(({ msg }) => /a shutdown takes at most .* = (.*)/.exec(msg)?.[1] ?? [])
    assert.deepEqual(sums, ['8s', '13s, or with beforeShutdown longer'])
  })

  test('useExit0 of one server is enough', async (t) => {
    const prepared = prepare(t)
    await openPort(prepared.group.add(makeServer(t), {}))
    prepared.group.add(makeServer(t), { useExit0: true })
    prepared.host.send('SIGTERM')
    await stopped(prepared)
    assert.deepEqual([prepared.host.exits, prepared.raised], [[0], []])
  })

  test('in Kubernetes everything is served for 5 s, also when beforeShutdown is through before', async (t) => {
    const prepared = prepare(t, { KUBERNETES_SERVICE_HOST: '10.0.0.1' })
    let ran = false
    const server = prepared.group.add(makeServer(t), { beforeShutdown: () => void (ran = true) })
    await openPort(server)
    prepared.host.send('SIGTERM')
    assert.equal((await ask(server, '/')).body, 'ok')
    assert.equal(ran, true)
    assert.equal(events(prepared).at(-1), 'readinessFailed')
    prepared.host.elapse(5_000)
    await stopped(prepared)
    assert.deepEqual(prepared.timers.slice(0, 3), [5_000, 12_000, 15_000])
  })

  test('everything is served until the last beforeShutdown is through, also when the delay was shorter', async (t) => {
    const prepared = prepare(t)
    const last = Promise.withResolvers<void>()
    const server = prepared.group.add(makeServer(t), { beforeShutdown: async () => {} })
    prepared.group.add(makeServer(t), { beforeShutdown: () => last.promise })
    await openPort(server)
    prepared.host.send('SIGTERM')
    assert.equal((await ask(server, '/')).headers['connection'], 'close')
    await turns(20)
    assert.equal(events(prepared).at(-1), 'readinessFailed')
    last.resolve()
    const report = await stopped(prepared)
    assert.ok(report.events.some(({ event }) => event === 'shutdownDelayElapsed'))
  })

  for (const [what, env, timeouts, drainMs] of [
    ['the longest timeout counts, of whichever call', {}, [100, 20_000, 300], 20_000],
    ['a server that names none has 15 s', {}, [100, undefined], 15_000],
    [
      'the environment is asked where the code says nothing',
      { LASTCALL_DRAIN_TIMEOUT: '7s' },
      [undefined],
      7_000,
    ],
    ['the code is stronger than the environment', { LASTCALL_DRAIN_TIMEOUT: '7s' }, [400], 400],
    ['0 is a timeout', {}, [0], 0],
    ['Infinity is the longest that a timer can be', {}, [Infinity], 2 ** 31 - 1],
  ] as const) {
    test(what, async (t) => {
      const prepared = prepare(t, env)
      const servers = timeouts.map((timeout) => prepared.group.add(makeServer(t), { timeout }))
      await openPort(servers[0]!)
      prepared.host.send('SIGTERM')
      await stopped(prepared)
      assert.equal(prepared.timers[2], drainMs)
      const warnings = prepared.log.filter(({ level }) => level === 'warn')
      assert.equal(warnings.length, drainMs === 400 ? 1 : 0)
    })
  }

  test('what the drain leaves of its time the hooks may have', async (t) => {
    const prepared = prepare(t, { LASTCALL_HOOKS_TIMEOUT: '2s' })
    await openPort(prepared.group.add(makeServer(t), { timeout: 10_000 }))
    prepared.host.send('SIGTERM')
    await stopped(prepared)
    const hooksMs = prepared.timers[3]!
    assert.ok(hooksMs > 10_000 && hooksMs <= 12_000, `${hooksMs} ms`)
  })

  test('no onSignal runs while a request of any server is in flight; then they run in order, each onShutdown behind', async (t) => {
    const prepared = prepare(t)
    const seen: string[] = []
    const asked = Promise.withResolvers<() => void>()
    const hooks = (name: string) => ({
      onSignal: async () => void seen.push(`onSignal ${name}`),
      onShutdown: () => void seen.push(`onShutdown ${name}`),
    })
    const first = prepared.group.add(makeServer(t), hooks('first'))
    const second = prepared.group.add(
      makeServer(t, (_, response) => asked.resolve(() => response.end())),
      hooks('second'),
    )
    await openPort(first)
    await openPort(second)
    const answer = ask(second, '/')
    const end = await asked.promise
    prepared.host.send('SIGTERM')
    await turns(20)
    assert.deepEqual(seen, [])
    end()
    assert.equal((await answer).status, 200)
    const report = await stopped(prepared)
    assert.deepEqual(seen, ['onSignal first', 'onSignal second', 'onShutdown first', 'onShutdown second'])
    const names = report.hooks.map(({ name }) => name)
    assert.deepEqual(names, ['onSignal', 'onSignal of server-2', 'onShutdown', 'onShutdown of server-2'])
  })

  test('onSigterm is onSignal; logger hears of what fails', async (t) => {
    const prepared = prepare(t)
    const told: string[] = []
    const options = {
      onSigterm: () => Promise.reject(new Error('the pool is gone')),
      logger: (message: string, error: Error) => void told.push(`${message}: ${error.message}`),
    }
    await openPort(prepared.group.add(makeServer(t), options))
    prepared.host.send('SIGTERM')
    assert.equal((await stopped(prepared)).exitCode, 1)
    assert.deepEqual(told, ['error happened during shutdown: the pool is gone'])
    assert.deepEqual(prepared.raised, [], 'an exit code would be lost in the signal')
  })

  test('a server that never listens does not keep the others from their delay', async (t) => {
    const prepared = prepare(t)
    prepared.group.add(makeServer(t), {})
    const running = makeServer(t)
    await openPort(running)
    prepared.group.add(running, {})
    prepared.host.send('SIGTERM')
    const report = await stopped(prepared)
    assert.deepEqual(
      report.events.map(({ event }) => event),
      ['shutdownInitiated', 'readinessFailed', 'shutdownDelayElapsed', 'connectionsDrained', 'hooksFinished'],
    )
  })

  test('a beforeShutdown that leaves nothing of the grace period is no longer waited for, and the exit code says so', async (t) => {
    const prepared = prepare(t, { LASTCALL_GRACE_PERIOD: '20100ms' })
    await openPort(prepared.group.add(makeServer(t), { beforeShutdown: prepared.hold }))
    prepared.host.send('SIGTERM')
    const report = await stopped(prepared)
    assert.equal(report.exitCode, 1)
    assert.match(
      report.hooks.find(({ name }) => name === 'beforeShutdown')?.error ?? '',
      /LASTCALL_GRACE_PERIOD/,
    )
  })

  test('times that do not fit into the grace period are refused', (t) => {
    const { group } = prepare(t, { LASTCALL_GRACE_PERIOD: '10s' })
    assert.throws(() => group.add(makeServer(t), {}), { code: 'LASTCALL_INVALID_OPTIONS' })
  })
})
