import assert from 'node:assert/strict'
import { connect as connectHttp2 } from 'node:http2'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { FakeSupervisor } from '../../helpers/fake-supervisor.ts'
import { httpGet } from '../../helpers/http-get.ts'

const app = 'apps/kinds.mjs'

function ask(request: typeof httpRequest, where: object): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', agent: false, rejectUnauthorized: false, ...where } as object)
      .on('response', (response) => void text(response).then(resolve, reject))
      .on('error', reject)
      .end()
  })
}

async function askHttp2(port: number): Promise<string> {
  const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })
  try {
    return await text(session.request({ ':path': '/' }))
  } finally {
    session.close()
  }
}

const kinds: Readonly<Record<string, (port: number) => Promise<string>>> = {
  http: (port) => ask(httpRequest, { port }),
  https: (port) => ask(httpsRequest, { port }),
  http2: askHttp2,
  net: (port) => text(connect(port, '127.0.0.1')),
}

for (const [kind, get] of Object.entries(kinds)) {
  test(`an unchanged ${kind} server finds its socket by its port, waits, is paused, resumed and drained`, async (t) => {
    const supervisor = new FakeSupervisor(t)
    const port = supervisor.bind('web')
    const generation = supervisor.start(app, { args: [kind], env: { PORT: String(port) }, auto: true })
    const address = JSON.stringify({ address: '127.0.0.1', port, family: 'IPv4' })
    assert.equal(await generation.line(/^at once/), `at once true ${address}`)
    assert.equal(await generation.line(/^listening/), `listening ${address}`)
    await generation.said('ready')
    await assert.rejects(httpGet(port, '/'), { code: 'ECONNREFUSED' })
    generation.order({ lastcall: 'accept' })
    await generation.said('accepting')
    const { pid } = generation.process
    assert.equal(await get(port), String(pid))
    await generation.pauses()
    const waiting = get(port)
    generation.resume()
    await generation.said('accepting', 2)
    assert.equal(await waiting, String(pid))
    assert.equal(generation.stdout.match(/^event$/gm)?.length, 1)
    assert.doesNotMatch(generation.stdout, /^closed$/m)
    generation.drain()
    assert.deepEqual(await generation.exit(), { code: 0, signal: null })
    // As at a SIGTERM: an application knows no other way to be told.
    assert.match(generation.stdout, /^cleaned up$/m)
    assert.equal(generation.report().reason, 'replaced')
  })
}

test('an unchanged server finds its socket by its path', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const path = supervisor.bindPath('web')
  const generation = supervisor.start(app, { env: { SOCKET: path }, auto: true })
  assert.equal(await generation.line(/^at once/), `at once true "${path}"`)
  await generation.accepts()
  assert.equal(await ask(httpRequest, { socketPath: path }), String(generation.process.pid))
})

test('the host counts when both name one address', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const port = supervisor.bind('web')
  const same = supervisor.start(app, { env: { PORT: String(port), HOST: 'localhost' }, auto: true })
  await same.accepts()
  assert.equal((await httpGet(port, '/')).body, String(same.process.pid))
  const other = supervisor.start(app, { env: { PORT: String(port), HOST: '127.0.0.2' }, auto: true })
  await other.line(/^listening/)
  assert.equal(await ask(httpRequest, { host: '127.0.0.2', port }), String(other.process.pid))
})

test('facts carry the metrics of lastcall/auto', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const port = supervisor.bind('web')
  const generation = supervisor.start(app, { env: { PORT: String(port) }, auto: true })
  await generation.accepts()
  generation.order({ lastcall: 'ask', question: 1 })
  const { facts } = await generation.said('facts')
  assert.equal(facts.state, 'ready')
  assert.match(facts.metrics ?? '', /^lastcall_/m)
})

test('without its supervisor an unchanged application shuts down, and exits with 0', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const port = supervisor.bind('web')
  const generation = supervisor.start(app, { env: { PORT: String(port) }, auto: true })
  await generation.accepts()
  generation.abandon()
  assert.deepEqual(await generation.exit(), { code: 0, signal: null })
  assert.match(generation.stdout, /^cleaned up$/m)
})

test('an application that waits for its turn ends at SIGTERM, as without a supervisor', async (t) => {
  const supervisor = new FakeSupervisor(t)
  const port = supervisor.bind('web')
  const generation = supervisor.start(app, { env: { PORT: String(port) }, auto: true })
  await generation.said('ready')
  generation.kill('SIGTERM')
  assert.deepEqual(await generation.exit(), { code: 0, signal: null })
  assert.match(generation.stdout, /^closed$/m)
})
