import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test, type TestContext } from 'node:test'
import { FakeSupervisor, type Generation } from '../../helpers/fake-supervisor.ts'
import { httpGet } from '../../helpers/http-get.ts'
import { RawClient } from '../../helpers/raw-http.ts'

const linux = { skip: process.platform !== 'linux' && 'only Linux has --reuse-port' }
const refused = { code: 'ECONNREFUSED' }

interface Reserved {
  readonly supervisor: FakeSupervisor
  readonly generation: Generation
  readonly port: number
}

function reserved(t: TestContext): Reserved {
  const supervisor = new FakeSupervisor(t)
  const port = supervisor.bind('http', true)
  return { supervisor, port, generation: supervisor.start('serving.ts') }
}

test('a generation binds at accept, closes at pause, and binds again at resume', linux, async (t) => {
  const { generation, port } = reserved(t)
  // For the program it listens at once.
  await generation.line(/^listens .* true$/)
  await generation.said('ready')
  await assert.rejects(httpGet(port, '/'), refused)
  await generation.accepts()
  const kept = await RawClient.connect(port)
  // Only its answer shows that the connection has left the accept queue.
  kept.get('/kept')
  await kept.response(1)
  for (let round = 1; round <= 2; round++) {
    await generation.pauses(round)
    await assert.rejects(httpGet(port, '/'), refused)
    kept.get('/kept')
    assert.equal((await kept.response(round + 1)).status, 200)
    generation.resume()
    await generation.said('accepting', round + 1)
    assert.equal((await httpGet(port, '/')).status, 200)
  }
  kept.close()
  // For the program nothing has happened.
  assert.equal(generation.stdout.match(/^event/gm)?.length, 1)
  assert.equal(generation.stdout.match(/^begins/gm)?.length, 1)
  assert.match(generation.stdout, new RegExp(`^listens .*"port":${port}`, 'm'))
  generation.drain()
  assert.deepEqual(await generation.exit(), { code: 0, signal: null })
})

test(
  'two generations accept on one port, and the one that is left gets all connections',
  linux,
  async (t) => {
    const { supervisor, generation, port } = reserved(t)
    const next = supervisor.start('serving.ts')
    await Promise.all([generation.accepts(), next.accepts()])
    await generation.pauses()
    const answers = await Promise.all(Array.from({ length: 20 }, () => httpGet(port, '/')))
    assert.deepEqual(new Set(answers.map(({ body }) => body)), new Set([String(next.process.pid)]))
  },
)

test('lastcall/auto finds the port of server.listen()', linux, async (t) => {
  const supervisor = new FakeSupervisor(t)
  const port = supervisor.bind('http', true)
  const options = { args: ['http'], env: { PORT: String(port) }, auto: true }
  const generation = supervisor.start('apps/kinds.mjs', options)
  await generation.said('ready')
  await assert.rejects(httpGet(port, '/'), refused)
  await generation.accepts()
  assert.equal((await httpGet(port, '/')).status, 200)
  await generation.pauses()
  await assert.rejects(httpGet(port, '/'), refused)
})

test('a port that a stranger has taken meanwhile is an error of the server', linux, async (t) => {
  const { generation, port } = reserved(t)
  await generation.said('ready')
  // Nobody listens yet, so that SO_REUSEADDR is enough.
  const stranger = createServer().listen(port, '127.0.0.1')
  t.after(() => stranger.close())
  await once(stranger, 'listening')
  generation.order({ lastcall: 'accept' })
  await generation.exit()
  assert.match(generation.stderr, /EADDRINUSE/)
  assert.ok(!generation.news.some(({ lastcall }) => lastcall === 'accepting'))
})
