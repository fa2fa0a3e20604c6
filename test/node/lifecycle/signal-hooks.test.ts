import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LastcallError } from '../../../src/core/errors.ts'
import { SignalHooks } from '../../../src/node/lifecycle/signal-hooks.ts'
import { makeLifecycle } from '../../helpers/lifecycle.ts'

function makeHooks(limitMs = 1_000) {
  const errors: object[] = []
  const logger = { info() {}, warn() {}, error: (details: object) => void errors.push(details) }
  return { hooks: new SignalHooks(limitMs, logger), errors }
}

test('hooks run one after the other, those of the signal and the moment, and removed ones do not', async () => {
  const { hooks } = makeHooks()
  const ran: string[] = []
  const add = (signal: string, when: string, name: string): Disposable =>
    hooks.add(signal, when, async () => {
      await Promise.resolve()
      ran.push(name)
    })
  add('SIGHUP', 'before', 'first')
  add('SIGHUP', 'before', 'second')
  add('SIGHUP', 'after', 'after')
  add('SIGUSR2', 'before', 'other')
  add('SIGHUP', 'before', 'removed')[Symbol.dispose]()
  await hooks.run('SIGHUP', 'before')
  assert.deepEqual(ran, ['first', 'second'])
})

test('a hook that fails or hangs is logged, and the next one runs', async () => {
  const { hooks, errors } = makeHooks(20)
  let ran = false
  hooks.add('SIGHUP', 'after', () => {
    throw new Error('no')
  })
  hooks.add('SIGHUP', 'after', () => new Promise(() => {}))
  hooks.add('SIGHUP', 'after', () => (ran = true))
  await hooks.run('SIGHUP', 'after')
  assert.equal(ran, true)
  assert.deepEqual(errors, [
    { signal: 'SIGHUP', when: 'after', error: 'no' },
    { signal: 'SIGHUP', when: 'after', error: 'no end within 20 ms' },
  ])
})

test('onSignal() refuses everything that is wrong at once', (t) => {
  const { lifecycle } = makeLifecycle(t)
  const onSignal = lifecycle.onSignal.bind(lifecycle) as (...args: readonly unknown[]) => unknown
  assert.throws(
    () => onSignal('HUP', 'during', 'now'),
    (error) => {
      assert.ok(error instanceof LastcallError)
      assert.equal(error.code, 'LASTCALL_INVALID_OPTIONS')
      assert.deepEqual(
        error.problems.map((problem) => problem.replace(/ \(.*/, '')),
        ["onSignal: got 'HUP'", "onSignal: got 'during'", "onSignal: got 'now'"],
      )
      return true
    },
  )
})
