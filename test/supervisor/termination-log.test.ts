import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Report } from '../../src/core/report.ts'
import { eventually } from '../helpers/eventually.ts'
import { startSupervised } from '../helpers/supervised.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

test('the termination message is that of the last generation; one that was replaced leaves none', async (t) => {
  const path = join(temporaryFolder(t), 'termination-log')
  writeFileSync(path, 'from before')
  const supervised = await startSupervised(t, { env: { LASTCALL_TERMINATION_LOG: path } })
  await supervised.serves(1)
  assert.equal(await supervised.restart(), 'completed')
  await eventually('the old generation has ended', async () => (await supervised.status()).ended.length === 1)
  assert.equal(readFileSync(path, 'utf8'), '')
  supervised.child.kill('SIGTERM')
  assert.equal((await supervised.child.exit()).code, 0)
  const report = JSON.parse(readFileSync(path, 'utf8')) as Report
  assert.equal(report.reason, 'SIGTERM')
})
