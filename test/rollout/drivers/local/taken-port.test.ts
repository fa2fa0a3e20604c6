import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLocalDriver } from '../../../../src/rollout/drivers/local/driver.ts'
import { createTimeline } from '../../../../src/rollout/timeline.ts'
import { localOptions } from '../../../helpers/local-options.ts'
import { takePort } from '../../../helpers/ports.ts'

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
