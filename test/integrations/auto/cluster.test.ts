import assert from 'node:assert/strict'
import { test } from 'node:test'
import { httpGet } from '../../helpers/http-get.ts'
import { freePort, logged, portOf, runApp } from './setup.ts'

test('a cluster: the primary answers probes, and goes when its workers have drained (trap 49)', async (t) => {
  const [port, probes] = [await freePort(), await freePort()]
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
