import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OrderMessage } from '../../src/core/supervision.ts'
import { LiveGeneration } from '../../src/supervisor/live-generation.ts'

function speaking(): { readonly live: LiveGeneration; readonly sent: OrderMessage[] } {
  const sent: OrderMessage[] = []
  const live = new LiveGeneration(1, {
    pid: 1,
    connected: true,
    send: (message) => void sent.push(message),
    signal: () => {},
    killGroup: () => {},
  })
  live.shutdownMs = 0
  return { live, sent }
}

test('a signal without a hook is not held up by a generation that may be wedged', async () => {
  const { live, sent } = speaking()
  live.take({ lastcall: 'hooked', signal: 'SIGHUP', when: 'after' })
  await live.runHooks('SIGHUP', 'before')
  await live.runHooks('SIGTERM', 'after')
  assert.deepEqual(sent, [])
})

test('a hook is run once for signals that come at once, and all wait for it', async () => {
  const { live, sent } = speaking()
  live.take({ lastcall: 'hooked', signal: 'SIGHUP', when: 'before' })
  const runs = [live.runHooks('SIGHUP', 'before'), live.runHooks('SIGHUP', 'before')]
  assert.deepEqual(sent, [{ lastcall: 'signal', signal: 'SIGHUP', when: 'before' }])
  live.take({ lastcall: 'signalled', signal: 'SIGHUP', when: 'before' })
  await Promise.all(runs)
})

test('nobody waits for a hook of a generation that has ended', async () => {
  const { live } = speaking()
  live.take({ lastcall: 'hooked', signal: 'SIGHUP', when: 'before' })
  const run = live.runHooks('SIGHUP', 'before')
  live.end()
  await run
})
