import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeSupervisor } from '../../helpers/fake-supervisor.ts'
import { httpGet } from '../../helpers/http-get.ts'
import { takePort } from '../../helpers/ports.ts'

const app = 'apps/other-ways.mjs'

for (const way of ['any port', 'a descriptor'] as const) {
  test(`a server on ${way} listens by itself, at once`, async (t) => {
    const supervisor = new FakeSupervisor(t)
    supervisor.bind('web')
    const generation = supervisor.start(app, { args: [way], auto: true })
    const port = Number((await generation.line(/^listening/)).split(' ')[1])
    assert.equal((await httpGet(port, '/')).body, 'own')
  })
}

test('a server on another port than the only socket binds by itself, with a warning that names both', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const [held, port] = [supervisor.bind('web'), await takePort()]
  const generation = supervisor.start(app, {
    args: ['another port'],
    env: { PORT: String(port) },
    auto: true,
  })
  await generation.line(/^listening/)
  const warning = await generation.line(/let both name the same port/, 'stderr')
  assert.match(warning, new RegExp(`listens on port ${port}, and lastcall run holds web=127.0.0.1:${held}`))
  assert.equal((await httpGet(port, '/')).body, 'own')
  await generation.said('ready')
})

test('errors stay errors: a server that waits listens already', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const port = supervisor.bind('web')
  const generation = supervisor.start(app, { args: ['twice'], env: { PORT: String(port) }, auto: true })
  await generation.line(/^ERR_SERVER_ALREADY_LISTEN$/)
  await generation.accepts()
})

test('a server that waits can be aborted, and the next one takes the socket', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const port = supervisor.bind('web')
  const generation = supervisor.start(app, { args: ['abort'], env: { PORT: String(port) }, auto: true })
  await generation.line(/^closed false$/)
  await generation.line(/^again$/)
  await generation.said('ready')
  await assert.rejects(httpGet(port, '/'), { code: 'ECONNREFUSED' })
  await generation.accepts()
  assert.equal((await httpGet(port, '/')).body, 'own')
})

for (const when of ['before', 'after'] as const) {
  test(`an application with its own lifecycle, made ${when} it listens: its server is redirected, its lifecycle is asked`, async (t) => {
    const supervisor = new FakeSupervisor(t)
    const port = supervisor.bind('web')
    const generation = supervisor.start('apps/own-lifecycle.ts', {
      args: [when],
      env: { PORT: String(port) },
      auto: true,
    })
    await generation.line(/^started$/)
    await generation.accepts()
    assert.equal((await httpGet(port, '/')).body, 'own')
    generation.drain()
    assert.deepEqual(await generation.exit(), { code: 0, signal: null })
    assert.match(generation.stdout, /^own hook$/m)
    assert.equal(generation.stderr.match(/"msg":"lastcall: shutdownInitiated"/g)?.length, 1)
    assert.deepEqual(
      generation.news.filter(({ lastcall }) => lastcall === 'unready'),
      [],
    )
    const hellos = generation.news.filter((news) => news.lastcall === 'hello')
    assert.equal(hellos.at(-1)?.shutdownMs, 15_123)
  })
}

test('a cluster is left alone, with a warning', async (t) => {
  const supervisor = new FakeSupervisor(t)
  supervisor.bind('web')
  const port = await takePort()
  const generation = supervisor.start('apps/cluster.mjs', { env: { PORT: String(port) }, auto: true })
  await generation.line(/^listening$/)
  await generation.line(/workers of node:cluster listen through their primary/, 'stderr')
  assert.equal((await httpGet(port, '/')).body, 'ok') // The primary has no server of its own whose port could be named.
  assert.doesNotMatch(generation.stderr, /the application listens on ,/)
})

test('a cluster on the port of a socket is left alone as well', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const port = supervisor.bind('web')
  const generation = supervisor.start('apps/cluster.mjs', { env: { PORT: String(port) }, auto: true })
  await generation.line(/^listening$/)
  assert.equal((await httpGet(port, '/')).body, 'ok')
})
