import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { suite, test } from 'node:test'
import { LastcallError } from '../../../src/core/errors.ts'
import { takePort } from '../../helpers/ports.ts'
import { WAIT_MS } from '../../helpers/eventually.ts'
import { httpGet } from '../../helpers/http-get.ts'
import { makeServer, openPort } from '../../helpers/lifecycle.ts'
import { events, prepare, stopped } from './setup.ts'

suite('signals of createTerminus()', () => {
  for (const [what, options, deaf, heard] of [
    ['SIGTERM when nothing is said', {}, ['SIGINT', 'SIGUSR2'], 'SIGTERM'],
    ['signal instead of SIGTERM', { signal: 'SIGINT' }, ['SIGTERM', 'SIGUSR2'], 'SIGINT'],
    ['signals, and SIGTERM with them', { signals: ['SIGUSR2'] }, ['SIGINT'], 'SIGTERM'],
    ['each of signals', { signals: ['SIGUSR2'] }, ['SIGINT'], 'SIGUSR2'],
  ] as const) {
    test(what, async (t) => {
      const prepared = prepare(t)
      await openPort(prepared.group.add(makeServer(t), options))
      for (const signal of deaf) prepared.host.send(signal)
      assert.deepEqual(events(prepared), ['startupCompleted'])
      prepared.host.send(heard)
      assert.equal((await stopped(prepared)).reason, heard)
      assert.deepEqual(prepared.raised, [heard])
    })
  }

  test('servers that come later bring their own signals', async (t) => {
    const prepared = prepare(t)
    await openPort(prepared.group.add(makeServer(t), {}))
    prepared.group.add(makeServer(t), { signals: ['SIGHUP'] })
    prepared.host.send('SIGHUP')
    assert.equal((await stopped(prepared)).reason, 'SIGHUP')
  })

  test("the caller's list stays as it was", (t) => {
    const signals = ['SIGINT']
    prepare(t).group.add(makeServer(t), { signals })
    assert.deepEqual(signals, ['SIGINT'])
  })
})

suite('the probe server of createTerminus()', () => {
  test('is there when the environment names a port, and answers as with any lifecycle', async (t) => {
    const port = await takePort()
    const prepared = prepare(t, { LASTCALL_PROBE_PORT: String(port), LASTCALL_PROBE_HOST: '127.0.0.1' })
    await openPort(prepared.group.add(makeServer(t), { beforeShutdown: prepared.hold }))
    for (const end = performance.now() + WAIT_MS; !(await httpGet(port, '/readyz').catch(() => null));)
      assert.ok(performance.now() < end, 'the probe server does not listen')
    assert.equal((await httpGet(port, '/readyz')).status, 200)
    prepared.host.send('SIGTERM')
    assert.equal((await httpGet(port, '/readyz')).status, 503)
    assert.equal((await httpGet(port, '/livez')).status, 200)
  })

  test('is an error of the server when the port is taken', async (t) => {
    const other = makeServer(t)
    const port = await openPort(other)
    const prepared = prepare(t, { LASTCALL_PROBE_PORT: String(port), LASTCALL_PROBE_HOST: '127.0.0.1' })
    const [error] = (await once(prepared.group.add(createServer(), {}), 'error')) as [unknown]
    assert.ok(error instanceof LastcallError && error.code === 'LASTCALL_PROBE_PORT')
  })
})
