import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { RawClient } from '../helpers/raw-http.ts'
import { testContract } from './contract.ts'
import { startProgram } from './program.ts'

const guide = 'docs/guides/next.md'
const cwd = (folder: string): string => fileURLToPath(new URL(`apps/next${folder}`, import.meta.url))

testContract({
  name: 'next',
  guide,
  command: { beginsWith: 'HOSTNAME=', cwd: cwd('/.next/standalone/apps/next') },
  listensFirst: true,
})

test('a custom server answers a request whose body is on its way in the drain, then closes Next.js', async (t) => {
  const custom = { name: 'next', guide, program: 'server.mjs', asShown: true, cwd: cwd('') }
  const program = await startProgram(t, custom, { env: { NODE_ENV: 'production' } })
  const client = await RawClient.connect(program.port)
  client.socket.write(
    'POST /echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"id":',
  )
  // The next page is rendered after the upload has reached Next.js.
  await fetch(`http://127.0.0.1:${program.port}/`).then((response) => response.text())
  program.signal()
  await program.reached('draining')
  client.socket.write('"1"}')
  assert.notEqual(await client.ended(), 'reset')
  assert.match(client.received, /^HTTP\/1\.1 200 [^]*{"id":"1"}/)
  assert.deepEqual(await program.exit(), { code: 0, signal: null })
  assert.deepEqual(
    program.report().hooks.map(({ name, outcome }) => [name, outcome]),
    [['next', 'finished']],
  )
})
