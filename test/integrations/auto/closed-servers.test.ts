import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runApp } from './setup.ts'

test('servers that the application has closed can be collected', async (t) => {
  const child = runApp(t, 'apps/closed-servers.mjs')
  const alive = Number((await child.line(/^alive \d+$/)).split(' ')[1])
  assert.ok(alive <= 2, `${alive} of 50 closed servers are still held`)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  assert.match(child.stderr, /"msg":"lastcall: stopped, nothing was force-closed/)
})
