import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../../helpers/eventually.ts'
import { innerPid, pidOneCommand, skipPidOne } from '../../helpers/pid-one.ts'
import { runApp } from './setup.ts'

test(
  'as PID 1 SIGTERM ends a start that has not come to listening, with 0 (trap 31)',
  { skip: skipPidOne },
  async (t) => {
    const child = runApp(t, 'apps/starting.mjs', { command: pidOneCommand })
    await child.line(/^starting$/)
    process.kill(innerPid(child), 'SIGTERM')
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
    assert.deepEqual(
      child.report().events.map(({ event }) => event),
      ['shutdownInitiated', 'hooksFinished'],
    )
  },
)

test('as PID 1 a parent of other processes is left to them, as ever', { skip: skipPidOne }, async (t) => {
  const child = runApp(t, 'apps/starting.mjs', { command: pidOneCommand, args: ['parent'] })
  await child.line(/^starting$/)
  process.kill(innerPid(child), 'SIGTERM')
  process.kill(innerPid(child), 'SIGUSR2')
  await child.line(/^listening$/)
  assert.equal(child.stderr.includes('shutdownInitiated'), false)
})

test('SIGTERM ends a start by its own action where it has one', async (t) => {
  const child = runApp(t, 'apps/starting.mjs')
  await child.line(/^starting$/)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: null, signal: 'SIGTERM' })
})

for (const [handler, what] of [
  ['none', 'has no handler'],
  ['before', 'has had a handler before'],
  ['behind', 'installs a handler behind listen()'],
] as const) {
  test(`SIGTERM right behind the first request begins a shutdown of an application that ${what}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'socket')
    const child = runApp(t, 'apps/path.mjs', { args: [path, handler], env: { LASTCALL_SHUTDOWN_DELAY: '0' } })
    // The kernel takes the connection before any JavaScript runs behind listen().
    const answers: Promise<string>[] = []
    await eventually('a connection', async () => {
      const { connected, answer } = ask(path)
      if (!(await connected)) return false
      answers.push(answer)
      return true
    })
    child.kill('SIGTERM')
    assert.match(await answers[0]!, /^HTTP\/1\.1 200 OK\r\n[^]*\r\nslow$/)
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
    assert.equal(child.report().events[0]?.event, 'shutdownInitiated')
  })
}

/** Asks for an answer that ends the connection. */
function ask(path: string): { readonly connected: Promise<boolean>; readonly answer: Promise<string> } {
  const connection = Promise.withResolvers<boolean>()
  const end = Promise.withResolvers<string>()
  const socket = connect(path, () => connection.resolve(true))
  let answer = ''
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text))
  socket.on('error', () => connection.resolve(false))
  socket.on('close', () => end.resolve(answer))
  socket.write('GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n')
  return { connected: connection.promise, answer: end.promise }
}

test('an application that has handled SIGTERM and listens all the same is shut down at once, its handler called once', async (t) => {
  const child = runApp(t, 'apps/starting.mjs', {
    args: ['handler'],
    env: { LASTCALL_SHUTDOWN_DELAY: '30s', LASTCALL_HOOKS_TIMEOUT: '100ms' },
  })
  await child.line(/^starting$/)
  child.kill('SIGTERM')
  await child.line(/^handled$/)
  child.kill('SIGUSR2')
  assert.deepEqual(await child.exit(), { code: 1, signal: null })
  assert.equal(child.stdout, 'starting\nhandled\nlistening\n')
  assert.deepEqual(
    child.report().hooks.map(({ outcome }) => outcome),
    ['timedOut'],
  )
})
