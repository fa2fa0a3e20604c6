import { test } from 'node:test'
import assert from 'node:assert/strict'
import { RawClient } from '../helpers/raw-http.ts'
import { startProgram } from './program.ts'

test('http: a request in flight completes and says close (trap 7)', async (t) => {
  const program = await startProgram(
    t,
    { name: 'http', guide: 'docs/guides/http.md' },
    { env: { LASTCALL_SHUTDOWN_DELAY: '500ms' } },
  )
  const client = await RawClient.connect(program.port)
  client.get('/slow?gate=slow')
  await program.at('slow')
  program.signal()
  await program.reached('draining')
  program.open('slow')
  const response = await client.response()
  assert.equal(response.headers['connection'], 'close')
  assert.deepEqual(await program.exit(), { code: 0, signal: null })
})
