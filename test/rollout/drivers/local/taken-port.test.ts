import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLocalDriver } from '../../../../src/rollout/drivers/local/driver.ts'
import { findTakenPort } from '../../../../src/rollout/drivers/local/taken-port.ts'
import { createTimeline } from '../../../../src/rollout/timeline.ts'
import { localOptions } from '../../../helpers/local-options.ts'
import { takePort } from '../../../helpers/ports.ts'

for (const [runtime, line, port] of [
  ['Node.js', 'Error: listen EADDRINUSE: address already in use :::3000', 3_000],
  ['Go', '2026/11/22 00:00:00 listen tcp :8080: bind: address already in use', 8_080],
  ['Python', 'OSError: [Errno 98] Address already in use', undefined],
  ['nginx', 'nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)', undefined],
] as const) {
  test(`findTakenPort understands ${runtime}`, () => {
    assert.deepEqual(findTakenPort(['starting', line, '    at Server.listen (node:net:1:2)']), { port })
  })
}

test('findTakenPort finds nothing in the output of a program that could listen', () => {
  assert.equal(findTakenPort(['listening on :3000']), undefined)
})

test('createLocalDriver says at once that an application listens on a port of its own choice', async (t) => {
  const port = await takePort()
  const script = `require('node:http').createServer().listen(${port})`
  const command = [process.execPath, '-e', script]
  const driver = createLocalDriver(
    { ...localOptions('careful-app'), command, replicas: 2, readyTimeoutMs: 60_000 },
    createTimeline(),
  )
  t.after(() => driver.stop())
  await assert.rejects(
    driver.start(),
    new RegExp(`could not listen on port ${port}, which is taken; [^]*environment variable PORT`),
  )
  assert.equal(driver.pods().length, 2)
})
