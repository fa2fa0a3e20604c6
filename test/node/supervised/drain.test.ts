import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeSupervisor } from '../../helpers/fake-supervisor.ts'
import { httpGet } from '../../helpers/http-get.ts'
import { RawClient } from '../../helpers/raw-http.ts'

test('drain has at least the delay of the order: idle connections turn over, and the process exits with 0', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const port = supervisor.bind('http')
  const generation = supervisor.start('serving.ts', {
    args: [JSON.stringify({ lifecycle: { shutdownDelayMs: 0 } })],
  })
  await generation.accepts()
  const idle = await RawClient.connect(port)
  idle.get('/')
  await idle.response(1)
  await generation.pauses()
  generation.drain(1_000)
  await generation.line(/^shutting down/)
  idle.get('/late')
  const late = await idle.response(2)
  assert.deepEqual([late.status, late.headers['connection']], [200, 'close'])
  assert.deepEqual(await generation.exit(), { code: 0, signal: null })
  const { reason, events, requestsAfterShutdown } = generation.report()
  assert.equal(reason, 'replaced')
  assert.deepEqual(requestsAfterShutdown, { delaying: 1 })
  assert.ok((events.find(({ event }) => event === 'shutdownDelayElapsed')?.ms ?? 0) >= 999)
  assert.deepEqual(
    generation.news.filter(({ lastcall }) => lastcall === 'unready'),
    [],
  )
})

test('a drained process exits, whatever else goes on in it', async (t) => {
  const supervisor = new FakeSupervisor(t)
  supervisor.bind('http')
  const generation = supervisor.start('serving.ts', { args: [JSON.stringify({ isBusy: true })] })
  await generation.accepts()
  generation.drain()
  assert.deepEqual(await generation.exit(), { code: 0, signal: null })
})

test('a longer shutdown delay of the application stays', async (t) => {
  const supervisor = new FakeSupervisor(t)
  supervisor.bind('http')
  const lifecycle = { shutdownDelayMs: 700 }
  const generation = supervisor.start('serving.ts', { args: [JSON.stringify({ lifecycle })] })
  await generation.accepts()
  generation.drain(1)
  assert.deepEqual(await generation.exit(), { code: 0, signal: null })
  const elapsed = generation.report().events.find(({ event }) => event === 'shutdownDelayElapsed')
  assert.ok((elapsed?.ms ?? 0) >= 699)
})

test('a drain that times out exits with the code of the report', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const port = supervisor.bind('http')
  const generation = supervisor.start('serving.ts', {
    args: [JSON.stringify({ lifecycle: { drainTimeoutMs: 100 } })],
  })
  await generation.accepts()
  const lost = httpGet(port, '/slow')
  await Promise.all([
    assert.rejects(lost, { code: 'ECONNRESET' }),
    generation.line(/^request \/slow$/).then(() => generation.drain()),
  ])
  assert.deepEqual(await generation.exit(), { code: 1, signal: null })
})

test('a generation that waits for its turn drains at once', async (t) => {
  const supervisor = new FakeSupervisor(t)
  supervisor.bind('http')
  const generation = supervisor.start('serving.ts')
  await generation.said('ready')
  generation.drain()
  assert.deepEqual(await generation.exit(), { code: 0, signal: null })
  assert.doesNotMatch(generation.stdout, /^begins/m)
})

test('without its supervisor a generation finishes what is in flight, and exits with 0', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const port = supervisor.bind('http')
  const generation = supervisor.start('serving.ts')
  await generation.accepts()
  const slow = httpGet(port, '/slow')
  await generation.line(/^request \/slow$/)
  generation.abandon()
  await generation.line(/^shutting down: the supervisor is gone$/)
  generation.kill('SIGCONT')
  assert.equal((await slow).status, 200)
  assert.deepEqual(await generation.exit(), { code: 0, signal: null })
})

test('without its supervisor a generation that has no lifecycle ends by SIGTERM', async (t) => {
  const supervisor = new FakeSupervisor(t)
  supervisor.bind('http')
  const generation = supervisor.start('no-lifecycle.ts')
  await generation.line(/^waits$/)
  generation.abandon()
  assert.deepEqual(await generation.exit(), { code: null, signal: 'SIGTERM' })
})

test('what a generation wants to say to a supervisor that is gone is lost, and nothing fails', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const port = supervisor.bind('http')
  const generation = supervisor.start('serving.ts', {
    args: [JSON.stringify({ lifecycle: { shutdownDelayMs: 700 } })],
  })
  await generation.accepts()
  generation.order({ lastcall: 'ask', question: 1 })
  generation.order({ lastcall: 'signal', signal: 'SIGHUP', when: 'after' })
  generation.abandon()
  await generation.line(/^shutting down/)
  assert.equal((await httpGet(port, '/')).status, 200)
  assert.deepEqual(await generation.exit(), { code: 0, signal: null })
})
