import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeSupervisor } from '../../helpers/fake-supervisor.ts'
import { httpGet } from '../../helpers/http-get.ts'

for (const [name, args, auto] of [
  ['unchanged, under lastcall/auto', [], true],
  ['with the plugin', ['plugin'], false],
  ['with the plugin, under lastcall/auto', ['plugin'], true],
] as const) {
  test(`Fastify ${name}: app.listen() takes the socket of its port`, async (t) => {
    const supervisor = new FakeSupervisor(t)
    const port = supervisor.bind('http')
    const generation = supervisor.start('fastify.ts', { args, env: { PORT: String(port) }, auto })
    assert.equal(await generation.line(/^listening/), `listening http://127.0.0.1:${port}`)
    await generation.said('ready')
    await assert.rejects(httpGet(port, '/'), { code: 'ECONNREFUSED' })
    generation.order({ lastcall: 'accept' })
    await generation.said('accepting')
    assert.equal((await httpGet(port, '/')).body, String(generation.process.pid))
    await generation.pauses()
    generation.resume()
    await generation.said('accepting', 2)
    assert.equal((await httpGet(port, '/')).body, String(generation.process.pid))
    generation.drain()
    assert.deepEqual(await generation.exit(), { code: 0, signal: null })
  })
}

test("terminus' drop-in under lastcall/auto: its own times are told, and its hooks run", async (t) => {
  const supervisor = new FakeSupervisor(t)
  const port = supervisor.bind('http')
  const generation = supervisor.start('terminus.ts', { env: { PORT: String(port) }, auto: true })
  // Its timeout, and the time of the stop hooks.
  assert.equal((await generation.said('hello')).shutdownMs, 7_000)
  await generation.accepts()
  assert.equal((await httpGet(port, '/')).body, String(generation.process.pid))
  generation.drain()
  assert.deepEqual(await generation.exit(), { code: 0, signal: null })
  assert.match(generation.stdout, /^onSignal$/m)
})
