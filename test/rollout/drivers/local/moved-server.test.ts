import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accepts } from '../../../../src/process/probe-client.ts'
import { createLocalDriver } from '../../../../src/rollout/drivers/local/driver.ts'
import { createTimeline } from '../../../../src/rollout/timeline.ts'
import { localOptions } from '../../../helpers/local-options.ts'

test(
  'createLocalDriver names a wrapper also when its server has moved to a session of its own, and leaves nothing of it',
  { skip: process.platform !== 'linux' && 'only Linux shows the environment of a process' },
  async (t) => {
    const script = `setsid '${process.execPath}' test/fixtures/careful-app.ts & trap 'exit 0' TERM; while :; do sleep 0.1; done`
    const options = { ...localOptions('careful-app'), command: ['sh', '-c', script] }
    const timeline = createTimeline()
    const driver = createLocalDriver(options, timeline)
    t.after(() => driver.stop())
    await driver.start()
    const [, port] = /port (\d+)/.exec(timeline.events[0]?.detail ?? '') ?? []
    assert.equal(await accepts(Number(port)), true)
    await driver.restart()
    await driver.oldPodsGone()
    assert.equal(driver.pods()[0]!.ending, 'wrapper')
    assert.equal(await accepts(Number(port)), false)
  },
)
