import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readNews } from '../../src/supervisor/read-news.ts'

test('readNews() takes the hooks of signals, and nothing that no signal is called', () => {
  for (const lastcall of ['hooked', 'signalled']) {
    const news = { lastcall, signal: 'SIGHUP', when: 'before' }
    assert.deepEqual(readNews({ ...news, more: 1 }), news)
    // The supervisor remembers each hook, so that a program must not be able to make up names without end.
    for (const signal of ['SIGNOTHING', 'hup', '', 1, null, undefined])
      assert.equal(readNews({ ...news, signal }), null)
    for (const when of ['during', null, undefined]) assert.equal(readNews({ ...news, when }), null)
  }
})

test('readNews() shortens a reason, and refuses one that is no text', () => {
  for (const lastcall of ['unready', 'leaving']) {
    assert.deepEqual(readNews({ lastcall, reason: 'x'.repeat(5_000) }), {
      lastcall,
      reason: 'x'.repeat(1_000),
    })
    assert.equal(readNews({ lastcall, reason: { toString: 'x' } }), null)
  }
})
