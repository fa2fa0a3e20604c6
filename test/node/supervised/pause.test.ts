import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { FakeSupervisor, type Generation } from '../../helpers/fake-supervisor.ts'
import { httpGet } from '../../helpers/http-get.ts'
import { RawClient } from '../../helpers/raw-http.ts'

async function serving(t: TestContext): Promise<{ generation: Generation; port: number }> {
  const supervisor = new FakeSupervisor(t)
  const port = supervisor.bind('http')
  const generation = supervisor.start('serving.ts')
  await generation.accepts()
  return { generation, port }
}

test('a paused generation serves the connections that it has, and those that come wait until it accepts again', async (t) => {
  const { generation, port } = await serving(t)
  const kept = await RawClient.connect(port)
  kept.get('/kept')
  await kept.response(1)
  for (let round = 1; round <= 3; round++) {
    await generation.pauses(round)
    const waiting = await RawClient.connect(port)
    waiting.get(`/waiting/${round}`)
    kept.get(`/kept/${round}`)
    const answer = await kept.response(round + 1)
    assert.deepEqual([answer.status, answer.headers['connection']], [200, 'keep-alive'])
    assert.equal(waiting.received, '')
    assert.doesNotMatch(generation.stdout, new RegExp(`^request /waiting/${round}$`, 'm'))
    generation.resume()
    await generation.said('accepting', round + 1)
    assert.equal((await waiting.response()).status, 200)
    assert.equal((await httpGet(port, '/')).status, 200)
    waiting.close()
  }
  kept.close()
  // For the program nothing has happened.
  assert.equal(generation.stdout.match(/^event/gm)?.length, 1)
  assert.equal(generation.stdout.match(/^begins/gm)?.length, 1)
  assert.doesNotMatch(generation.stdout, /^closed$/m)
})

test('a paused generation without any connection stays alive, and is resumed', async (t) => {
  const { generation, port } = await serving(t)
  const last = await RawClient.connect(port)
  last.get('/')
  await last.response()
  await generation.pauses()
  last.close()
  // Its answer to a question shows that it has turned its event loop since.
  generation.order({ lastcall: 'ask', question: 1 })
  await generation.said('facts')
  assert.equal(generation.process.exitCode, null)
  generation.resume()
  await generation.said('accepting', 2)
  assert.equal((await httpGet(port, '/')).status, 200)
})

test('a paused generation stays ready, and still says when it is not', async (t) => {
  const { generation } = await serving(t)
  await generation.pauses()
  generation.kill('SIGUSR2')
  assert.equal((await generation.said('unready')).reason, 'checks fail: database')
})

test('a paused generation drains what it has, and exits with 0', async (t) => {
  const { generation, port } = await serving(t)
  const slow = await RawClient.connect(port)
  slow.get('/slow')
  await generation.line(/^request \/slow$/)
  await generation.pauses()
  generation.drain()
  await generation.line(/^shutting down: replaced$/)
  generation.kill('SIGCONT')
  const answer = await slow.response()
  assert.deepEqual([answer.status, answer.headers['connection']], [200, 'close'])
  assert.deepEqual(await generation.exit(), { code: 0, signal: null })
  assert.match(generation.stdout, /^closed$/m)
  assert.equal(generation.report().clean, true)
})

test('a generation that was never told to accept waits again after pause, and accepts with resume', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const port = supervisor.bind('http')
  const generation = supervisor.start('serving.ts')
  await generation.said('ready')
  await generation.pauses()
  await assert.rejects(httpGet(port, '/'), { code: 'ECONNREFUSED' })
  generation.resume()
  await generation.said('accepting')
  assert.equal((await httpGet(port, '/')).status, 200)
})
