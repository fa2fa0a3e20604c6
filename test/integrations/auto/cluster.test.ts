import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { httpGet } from '../../helpers/http-get.ts'
import { takePort } from '../../helpers/ports.ts'
import { logged, portOf, runApp } from './setup.ts'

test('a cluster: the primary answers probes, and goes when its workers have drained (trap 49)', async (t) => {
  const [port, probes] = [await takePort(), await takePort()]
  const child = runApp(t, 'apps/cluster.mjs', {
    env: { PORT: String(port), LASTCALL_PROBE_PORT: String(probes), LASTCALL_SHUTDOWN_DELAY: '1s' },
  })
  assert.equal(await portOf(child), port)
  const ready = await httpGet(probes, '/readyz')
  assert.equal(ready.status, 200)
  const slow = httpGet(port, '/slow')
  await child.line(/^slow$/)
  child.kill('SIGTERM')
  await logged(child, 'shutdownInitiated')
  assert.equal((await httpGet(port, '/')).status, 200)
  assert.equal((await slow).headers['connection'], 'close')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  assert.equal(child.stdout.match(/^worker exited 0 null$/gm)?.length, 2)
  assert.equal(child.report().clean, true)
  assert.doesNotMatch(child.stderr, /without a probe server/)
})

for (const policy of ['in turn', 'shared'] as const) {
  test(`cluster.fork() in a shutdown returns a worker that can be used and ended as any other (connections ${policy})`, async (t) => {
    const port = await takePort()
    const child = runApp(t, 'apps/supervisor.mjs', { args: [policy], env: { PORT: String(port) } })
    await portOf(child)
    const slow = httpGet(port, '/slow')
    await child.line(/^slow$/)
    child.kill('SIGTERM')
    assert.equal((await slow).body, 'ok\n')
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
    const lines = child.stdout.split('\n')
    assert.equal(lines.filter((line) => line === 'worker exited 0 null').length, 2)
    // Two that were there, and one for each that ended.
    assert.deepEqual(
      lines.filter((line) => line.startsWith('forked')),
      [
        ...Array(2).fill('forked number true true boolean'),
        ...Array(2).fill('forked undefined true false boolean'),
      ],
    )
    assert.deepEqual(
      lines.filter((line) => line.startsWith('sent')),
      ['sent ok', 'sent ok', 'sent ERR_IPC_CHANNEL_CLOSED', 'sent ERR_IPC_CHANNEL_CLOSED'],
    )
    assert.match(child.stdout, /^all ended$/m)
    assert.equal(child.report().clean, true)
  })
}

const sticky = fileURLToPath(new URL('../../contract/apps/sticky.mjs', import.meta.url))

test('sticky workers, which are handed their connections and never listen, answer what is in flight and what comes in the delay', async (t) => {
  const port = await takePort()
  const child = runApp(t, sticky, { env: { PORT: String(port), LASTCALL_SHUTDOWN_DELAY: '500ms' } })
  await portOf(child)
  const slow = httpGet(port, '/slow')
  await child.line(/^slow$/)
  child.kill('SIGTERM')
  await logged(child, 'shutdownInitiated')
  const late = httpGet(port, '/late')
  assert.equal((await late).body, 'ok\n')
  assert.equal((await slow).body, 'ok\n')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  assert.equal(child.report().clean, true)
})
