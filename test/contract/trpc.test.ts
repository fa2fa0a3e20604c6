import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { testWebSockets } from './behaviours/websocket.ts'
import { type ProgramDeclaration, startProgram } from './program.ts'

const server: ProgramDeclaration = { name: 'trpc', guide: 'docs/guides/trpc.md' }

testWebSockets(server, {
  path: '/',
  ask: (id, message) => JSON.stringify({ id, method: 'query', params: { path: 'say', input: message } }),
  answered: (text) => (JSON.parse(text) as { id: number }).id,
})

interface Message {
  readonly result?: { readonly type: string; readonly data?: number }
}

test('trap 23: a tRPC subscription goes on through the delay and ends with 1001, without an error and without a word that it is over', async (t) => {
  const program = await startProgram(t, server, { env: { LASTCALL_SHUTDOWN_DELAY: '1s' } })
  const socket = new WebSocket(`ws://127.0.0.1:${program.port}`)
  t.after(() => socket.terminate())
  await once(socket, 'open')
  const messages: Message[] = []
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Message))
  socket.send(JSON.stringify({ id: 1, method: 'subscription', params: { path: 'count' } }))
  const closed = once(socket, 'close')
  for (let n = 0; n < 3; n++) await once(socket, 'message')
  const before = messages.length
  program.signal()
  assert.equal((await closed)[0], 1001)
  assert.ok(messages.length > before)
  assert.deepEqual([...new Set(messages.map(({ result }) => result?.type))], ['started', 'data'])
  assert.deepEqual(await program.exit(), { code: 0, signal: null })
})
