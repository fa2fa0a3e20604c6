import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auto, portOf, runApp } from './setup.ts'

// What Node 22.18 is to lastcall: its version, and functions that are not there.
const old = `data:text/javascript,
Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.18.0' } })
delete Promise.withResolvers
delete Iterator.prototype.map
`
  .replaceAll('\n', '%0A')
  .replaceAll(' ', '%20')

test('on a Node.js older than 22.19 it warns once, with the version and the remedy, and the application runs as without', async (t) => {
  const child = runApp(t, 'apps/close-snippet.cjs', {
    env: { NODE_OPTIONS: `--import ${old} --import ${auto}` },
  })
  await portOf(child)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  assert.match(
    child.stdout,
    /SIGTERM signal received: closing HTTP server on \d+\nHTTP server closed: undefined\n$/,
  )
  assert.equal(child.stderr.match(/LASTCALL_NODE_VERSION/g)?.length, 1)
  assert.match(child.stderr, /22\.18\.0.*22\.19\.0/)
  assert.match(child.stderr, /runs as without/)
  assert.doesNotMatch(child.stderr, /shutdownInitiated|Error/)
})

test('worker threads of an old Node.js say nothing', async (t) => {
  const child = runApp(t, 'apps/no-server.mjs', {
    args: ['worker'],
    env: { NODE_OPTIONS: `--import ${old} --import ${auto}` },
  })
  await child.line(/^waiting$/)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: null, signal: 'SIGTERM' })
  assert.equal(child.stderr.match(/LASTCALL_NODE_VERSION/g)?.length, 1)
})
