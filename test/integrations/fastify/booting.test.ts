import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('booting-app.ts', import.meta.url))

test('SIGTERM while plugins load: the app is closed and the process exits with 0, without having listened', async (t) => {
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  const errors = text(child.stderr)
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
  while (!output.includes('booting')) await once(child.stdout, 'data')
  child.kill('SIGTERM')
  assert.deepEqual(await exited, [0, null], await errors)
  assert.equal(output, 'booting\nbooted\nclosed\n')
})
