import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { httpGet } from '../../helpers/http-get.ts'
import { listen } from '../../helpers/listen.ts'
import { takePort } from '../../helpers/ports.ts'
import { auto, logged, portOf, runApp } from './setup.ts'

test('the probe server answers from the first listen to the end, and is no server of the application', async (t) => {
  const probes = await takePort()
  const child = runApp(t, 'apps/plain.mjs', {
    env: { LASTCALL_PROBE_PORT: String(probes), LASTCALL_SHUTDOWN_DELAY: '1s' },
  })
  const port = await portOf(child)
  await logged(child, 'startupCompleted')
  assert.equal((await httpGet(probes, '/readyz')).status, 200)
  child.kill('SIGTERM')
  await logged(child, 'shutdownInitiated')
  const [ready, live] = [await httpGet(probes, '/readyz'), await httpGet(probes, '/livez')]
  assert.deepEqual([ready.status, live.status], [503, 200])
  assert.equal((await httpGet(port, '/')).status, 200)
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  assert.deepEqual(child.report().requestsAfterShutdown, { delaying: 1 })
})

test('the probe server has the metrics in the text format of Prometheus, to the end', async (t) => {
  const probes = await takePort()
  const child = runApp(t, 'apps/plain.mjs', {
    env: { LASTCALL_PROBE_PORT: String(probes), LASTCALL_SHUTDOWN_DELAY: '1s' },
  })
  const port = await portOf(child)
  await logged(child, 'startupCompleted')
  const { status, headers, body } = await httpGet(probes, '/metrics')
  assert.equal(status, 200)
  assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  assert.match(body, /^lastcall_state\{state="ready"\} 1$/m)
  child.kill('SIGTERM')
  await logged(child, 'shutdownInitiated')
  await httpGet(port, '/')
  const late = await httpGet(probes, '/metrics')
  assert.match(late.body, /^lastcall_state\{state="delaying"\} 1$/m)
  assert.match(late.body, /^lastcall_requests_after_shutdown_total\{phase="delaying"\} 1$/m)
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
})

test('a probe port that is taken, by the parent process say, is a warning, and the drain goes on without', async (t) => {
  const { port: taken } = await listen(t, createServer())
  const env = { LASTCALL_PROBE_PORT: String(taken), LASTCALL_PROBE_HOST: '127.0.0.1' }
  const child = runApp(t, 'apps/plain.mjs', { env })
  const port = await portOf(child)
  await logged(child, 'startupCompleted')
  assert.match(child.stderr, /"level":"warn".*continuing without a probe server.*EADDRINUSE/)
  const slow = httpGet(port, '/slow')
  await child.line(/^slow$/)
  child.kill('SIGTERM')
  assert.equal((await slow).body, '/slow\n')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
})

test('options that cannot be used end the application when it listens, with all problems', async (t) => {
  const child = runApp(t, 'apps/plain.mjs', {
    env: { LASTCALL_DRAIN_TIMEOUT: 'soon', LASTCALL_HOOKS_TIMEOUT: '5' },
  })
  assert.deepEqual(await child.exit(), { code: 1, signal: null })
  assert.match(child.stderr, /LASTCALL_DRAIN_TIMEOUT: got 'soon'/)
  assert.match(child.stderr, /LASTCALL_HOOKS_TIMEOUT: got '5'/)
})

for (const when of ['before', 'after'] as const) {
  test(`a lifecycle that the application makes ${when} it listens takes over, probe port and signals included`, async (t) => {
    const probes = await takePort()
    const child = runApp(t, 'apps/own-lifecycle.ts', {
      args: [when],
      env: { LASTCALL_PROBE_PORT: String(probes) },
    })
    assert.equal((await child.line(/^listening/)).split(' ')[2], String(probes))
    child.kill('SIGTERM')
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
    assert.match(child.stdout, /\nown hook\n$/)
    assert.equal(child.stderr.match(/"msg":"lastcall: shutdownInitiated"/g)?.length, 1)
    assert.deepEqual(
      child.report().hooks.map(({ name }) => name),
      ['own'],
    )
  })
}

test('imported twice it does what it does once', async (t) => {
  const NODE_OPTIONS = `--import ${auto} --import ${auto}?again`
  const child = runApp(t, 'apps/close-snippet.cjs', { env: { NODE_OPTIONS } })
  await portOf(child)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  assert.equal(child.stderr.match(/"msg":"lastcall: shutdownInitiated"/g)?.length, 1)
  assert.equal(child.stdout.match(/SIGTERM signal received/g)?.length, 1)
})

for (const [host, probeHost] of [
  ['127.0.0.1', '::'],
  ['127.0.0.1', '127.0.0.1'],
  ['::', '127.0.0.1'],
  ['localhost', '::'],
] as const) {
  test(`the probe port is the application's when it listens there itself, later, on ${host} with probes on ${probeHost}`, async (t) => {
    const probes = await takePort()
    const child = runApp(t, 'apps/own-8081.mjs', {
      args: [String(probes), host],
      env: { LASTCALL_PROBE_PORT: String(probes), LASTCALL_PROBE_HOST: probeHost },
    })
    const port = await portOf(child)
    await logged(child, 'startupCompleted')
    assert.equal((await httpGet(probes, '/readyz')).body, 'ok\n')
    child.kill('SIGUSR2')
    await child.line(/^also listening$/)
    assert.equal((await httpGet(probes, '/')).body, 'own\n')
    const warnings = child.stderr.split('\n').filter((line) => line.includes('"level":"warn"'))
    assert.equal(warnings.length, 1)
    assert.match(warnings[0]!, new RegExp(`"port":${probes}`))
    assert.match(warnings[0]!, /LASTCALL_PROBE_PORT/)
    const slow = httpGet(port, '/slow')
    await child.line(/^slow$/)
    child.kill('SIGTERM')
    assert.equal((await slow).body, '/slow\n')
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
    assert.equal(child.report().clean, true)
  })
}

test('the probe server stays when the application listens on its port at another address', async (t) => {
  const probes = await takePort()
  const child = runApp(t, 'apps/own-8081.mjs', {
    args: [String(probes), '127.0.0.2'],
    env: { LASTCALL_PROBE_PORT: String(probes), LASTCALL_PROBE_HOST: '127.0.0.1' },
  })
  await logged(child, 'startupCompleted')
  child.kill('SIGUSR2')
  await child.line(/^also listening$/)
  assert.equal((await httpGet(probes, '/readyz')).body, 'ok\n')
  assert.doesNotMatch(child.stderr, /"level":"warn"/)
})

test('the probe port of a primary is given up to a server of its workers', async (t) => {
  const [port, probes] = [await takePort(), await takePort()]
  const child = runApp(t, 'apps/own-8081.mjs', {
    args: [String(probes), '127.0.0.1', 'cluster', String(port)],
    env: { LASTCALL_PROBE_PORT: String(probes) },
  })
  await logged(child, 'startupCompleted')
  await child.line(/^also listening$/)
  assert.equal((await httpGet(probes, '/')).body, 'own\n')
})
