import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { askSupervisor } from '../../src/process/control-client.ts'

/** A control socket whose supervisor is the test; resolves to its path. */
async function listen(t: TestContext, onLine: (line: string, socket: Socket) => void): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  const path = join(folder, 'control.sock')
  const server = createServer((socket) => {
    let text = ''
    socket.on('error', () => undefined)
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (text.endsWith('\n')) onLine(text, socket)
    })
  }).listen(path)
  await once(server, 'listening')
  t.after(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })
  return path
}

test('askSupervisor sends one line of JSON and resolves to the answer, however it is cut', async (t) => {
  const lines: string[] = []
  const path = await listen(t, (line, socket) => {
    lines.push(line)
    socket.write('{"ok":true,')
    setImmediate(() => socket.write('"detail":"done"}\nand what nobody asked for'))
  })
  const answer = await askSupervisor(path, { command: 'restart', reason: 'a test' })
  assert.deepEqual(answer, { ok: true, detail: 'done' })
  assert.deepEqual(lines, ['{"command":"restart","reason":"a test"}\n'])
})

test('askSupervisor resolves to a refusal, too', async (t) => {
  const refusal = { ok: false, outcome: 'failed', detail: 'it ended' }
  const path = await listen(t, (_, socket) => socket.end(`${JSON.stringify(refusal)}\n`))
  assert.deepEqual(await askSupervisor(path, { command: 'stop' }), refusal)
})

test('askSupervisor rejects when the supervisor goes away before its answer', async (t) => {
  const path = await listen(t, (_, socket) => socket.end('{"ok":'))
  await assert.rejects(askSupervisor(path, { command: 'status' }), /closed the connection unanswered/)
})

for (const line of ['hello', 'null', '{"status":{}}', 'x'.repeat(1_000_001)]) {
  test(`askSupervisor refuses what is no answer: ${line.slice(0, 20)}`, async (t) => {
    const path = await listen(t, (_, socket) => socket.write(line.length > 100 ? line : `${line}\n`))
    await assert.rejects(askSupervisor(path, { command: 'status' }), /wanted the answer of a supervisor/)
  })
}

test('askSupervisor rejects with the error of the system where nobody listens', async () => {
  await assert.rejects(askSupervisor(join(tmpdir(), 'lastcall-no-such.sock'), { command: 'status' }), {
    code: 'ENOENT',
  })
})

test('askSupervisor gives up when its signal is aborted', async (t) => {
  const giveUp = new AbortController()
  const path = await listen(t, () => giveUp.abort())
  await assert.rejects(askSupervisor(path, { command: 'status' }, giveUp.signal), { name: 'AbortError' })
})
