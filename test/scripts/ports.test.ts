import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { takePort } from '../helpers/ports.ts'

test('takePort() gives no port that another process was given, though nobody listens on it yet', async () => {
  const port = await takePort()
  const helper = new URL('../helpers/ports.ts', import.meta.url).href
  const script = `import { takePort } from '${helper}'; console.log(await takePort(${port}))`
  const args = ['--input-type=module', '-e', script]
  const other = Number(execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 30_000 }))
  assert.ok(other > port, `${other} after ${port}`)
  assert.notEqual(await takePort(), port)
})
