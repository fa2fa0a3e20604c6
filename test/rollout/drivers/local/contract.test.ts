import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { defaultLoad } from '../../../../src/load/load-options.ts'
import { createLocalDriver } from '../../../../src/rollout/drivers/local/driver.ts'
import type { LocalOptions } from '../../../../src/rollout/drivers/local/local-options.ts'
import { localOptions } from '../../../helpers/local-options.ts'
import { testDriver } from '../../driver-contract.ts'

// Drivers make their files below this folder of the test's own, so that each of them is seen.
const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
process.env['TMPDIR'] = folder
after(() => rmSync(folder, { recursive: true }))

const { budget, ...rest } = localOptions('careful-app')
const options: LocalOptions = { ...rest, replicas: 2, budget: { ...budget, shutdownDelayMs: 500 } }
const onlyOnce = `
  if (Number(process.env.POD_NAME.slice(4)) > 2) process.exit(7)
  require('node:http').createServer().listen(process.env.PORT, '127.0.0.1')`

testDriver('local', {
  open: (timeline) => createLocalDriver(options, timeline),
  openStuck: (timeline) =>
    createLocalDriver({ ...options, command: [process.execPath, '-e', onlyOnce] }, timeline),
  load: { ...defaultLoad, lanes: ['new-connections', 'slow'], ratePerSecond: 50, slowMs: 300 },
  leftOf: async (driver) => [
    ...readdirSync(folder),
    ...driver.pods().flatMap(({ name, local }) => (groupLives(local?.pid) ? [`processes of ${name}`] : [])),
  ],
})

function groupLives(leader: number | undefined): boolean {
  if (leader === undefined) return false
  try {
    return process.kill(-leader, 0)
  } catch {
    return false
  }
}
