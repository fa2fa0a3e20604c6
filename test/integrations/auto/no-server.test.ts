import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { suite, test } from 'node:test'
import { listen } from '../../helpers/listen.ts'
import { runApp } from './setup.ts'

const app = 'apps/no-server.mjs'

suite('lastcall/auto in a program that is no server', { concurrency: 2 }, () => {
  for (const [name, code, stdout] of [
    ['ends', 0, '0 false false\n'],
    ['fails', 3, ''],
    ['throws', 1, ''],
    ['exits', 4, 'exit 4\n'],
    ['findsPort', 0, 'found 0\n'],
    ['servesOnce', 0, 'closed\n'],
    ['child', 0, 'null SIGTERM\n'],
  ] as const) {
    test(`a program that ${name} behaves and ends as it does without`, async (t) => {
      for (const withAuto of [false, true]) {
        const env = { LASTCALL_PROBE_PORT: '0' }
        const child = runApp(t, app, { args: [name], withAuto, env })
        assert.deepEqual(await child.exit(), { code, signal: null })
        assert.equal(child.stdout, stdout)
        if (name !== 'servesOnce') assert.doesNotMatch(child.stderr, /lastcall:/)
      }
    })
  }

  for (const name of ['waits', 'internal', 'worker'] as const) {
    test(`SIGTERM ends a program that is ${name} by its own action, and so does SIGINT`, async (t) => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        const child = runApp(t, app, { args: [name], env: { LASTCALL_PROBE_PORT: '0' } })
        await child.line(/^waiting$/)
        child.kill(signal)
        assert.deepEqual(await child.exit(), { code: null, signal })
        assert.equal(child.stderr, '')
      }
    })
  }

  test('its own handlers get the signal at once, with what belongs to it', async (t) => {
    const child = runApp(t, app, { args: ['handles'] })
    await child.line(/^waiting$/)
    child.kill('SIGTERM')
    assert.deepEqual(await child.exit(), { code: 5, signal: null })
    assert.equal(child.stdout, 'waiting\nSIGTERM 15\n')
    assert.equal(child.stderr, '')
  })

  test('signals have their own action again when the last server has closed', async (t) => {
    const child = runApp(t, app, { args: ['servesOnce', 'and waits'] })
    await child.line(/^waiting$/)
    await child.line(/^closed$/)
    child.kill('SIGTERM')
    assert.deepEqual(await child.exit(), { code: null, signal: 'SIGTERM' })
  })

  test('a server that cannot listen is none', async (t) => {
    const { port } = await listen(t, createServer())
    const child = runApp(t, app, { args: ['failsToListen', String(port)] })
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
    assert.equal(child.stdout, 'EADDRINUSE\n')
    assert.equal(child.stderr, '')
  })
})
