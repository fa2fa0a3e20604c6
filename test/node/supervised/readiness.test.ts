import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeSupervisor } from '../../helpers/fake-supervisor.ts'
import { httpGet } from '../../helpers/http-get.ts'

test('a generation is ready when its checks pass, unready with the reason when one fails, and ready again', async (t) => {
  const supervisor = new FakeSupervisor(t)
  supervisor.bind('http')
  const generation = supervisor.start('serving.ts', { args: [JSON.stringify({ isHealthy: false })] })
  await generation.line(/^listens/)
  await generation.line(/check fails/, 'stderr')
  assert.ok(!generation.news.some(({ lastcall }) => lastcall === 'ready'))
  generation.kill('SIGUSR2')
  await generation.accepts()
  generation.kill('SIGUSR2')
  assert.equal((await generation.said('unready')).reason, 'checks fail: database')
  generation.kill('SIGUSR2')
  await generation.said('ready', 2)
})

test('unready() is told with its reason', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const port = supervisor.bind('http')
  const generation = supervisor.start('serving.ts')
  await generation.accepts()
  await httpGet(port, '/unready')
  assert.equal((await generation.said('unready')).reason, 'unready: told to be')
})

test('a shutdown that the supervisor has not ordered: the generation is unready at once, and leaves', async (t) => {
  const supervisor = new FakeSupervisor(t)
  supervisor.bind('http')
  const generation = supervisor.start('serving.ts', {
    args: [JSON.stringify({ lifecycle: { shutdownDelayMs: 60_000 } })],
  })
  await generation.accepts()
  generation.kill('SIGTERM')
  assert.equal((await generation.said('unready')).reason, 'it shuts down: SIGTERM')
  assert.equal((await generation.said('leaving')).reason, 'SIGTERM')
})

test('a lifecycle that has started with nothing to serve is not ready before a server asks for a socket', async (t) => {
  const supervisor = new FakeSupervisor(t)
  supervisor.bind('http')
  const generation = supervisor.start('late.ts')
  await generation.line(/^checked 3$/)
  assert.deepEqual(
    generation.news.map(({ lastcall }) => lastcall),
    ['hello'],
  )
  generation.kill('SIGUSR2')
  await generation.said('ready')
})

test('workers alone are supervised as well: ready, accepting, drained without a delay', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const generation = supervisor.start('worker.ts')
  await generation.accepts()
  await generation.pauses()
  assert.doesNotMatch(generation.stdout, /stopped/)
  generation.drain(60_000)
  assert.deepEqual(await generation.exit(), { code: 0, signal: null })
  assert.match(generation.stdout, /^stopped$/m)
})
