import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { defaultLoad } from '../../../../src/load/load-options.ts'
import type { Driver } from '../../../../src/rollout/driver.ts'
import { createInPlaceDriver } from '../../../../src/rollout/drivers/in-place/driver.ts'
import { inPlaceOptions } from '../../../helpers/in-place-options.ts'
import { testDriver } from '../../driver-contract.ts'

// Drivers make their files below this folder of the test's own, so that each of them is seen.
const folder = mkdtempSync(join(tmpdir(), 'lc-'))
process.env['TMPDIR'] = folder
after(() => rmSync(folder, { recursive: true }))

testDriver('in-place', {
  open: (timeline) => createInPlaceDriver(inPlaceOptions('in-place-app'), timeline),
  openStuck: (timeline) => createInPlaceDriver(inPlaceOptions('in-place-app', { BREAK: 'start' }), timeline),
  load: { ...defaultLoad, lanes: ['new-connections', 'slow'], ratePerSecond: 50, slowMs: 300 },
  middle: 'pod-unready',
  leftOf: async (driver) => [...readdirSync(folder), ...processesOf(driver)],
})

/** The generations that run, in words. */
function processesOf(driver: Driver): readonly string[] {
  return driver
    .pods()
    .flatMap(({ name, inPlace }) => (isAlive(inPlace?.pid ?? null) ? [`process of ${name}`] : []))
}

function isAlive(pid: number | null): boolean {
  try {
    // A killed process stays as a zombie until somebody waits for it.
    return pid !== null && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
