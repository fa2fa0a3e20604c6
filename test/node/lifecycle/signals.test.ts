import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SignalName } from '../../../src/core/options.ts'
import { installSignals } from '../../../src/node/lifecycle/signals.ts'
import { FakeHost } from '../../helpers/fake-host.ts'

function install(signals: readonly SignalName[] = ['SIGTERM', 'SIGINT']) {
  const host = new FakeHost()
  const told: string[] = []
  const installed = installSignals(host, signals, {
    onFirst: (signal) => void told.push(`first ${signal}`),
    onSecond: (signal) => void told.push(`second ${signal}`),
  })
  return { host, told, installed }
}

test('the first signal begins, another one after a second forces, of whichever kind (trap 26, 27)', () => {
  const { host, told } = install()
  host.process.send('SIGTERM')
  host.clock.advance(1_000)
  host.process.send('SIGINT')
  assert.deepEqual(told, ['first SIGTERM', 'second SIGINT'])
})

test('what follows within a second is the same key press, and does not lengthen that second (trap 28)', () => {
  const { host, told } = install()
  host.process.send('SIGINT')
  for (let ms = 0; ms < 999; ms += 333) {
    host.process.send('SIGINT')
    host.clock.advance(333)
  }
  assert.deepEqual(told, ['first SIGINT'])
  host.clock.advance(1)
  host.process.send('SIGINT')
  assert.deepEqual(told, ['first SIGINT', 'second SIGINT'])
})

test('every further signal is passed on: deciding is not done here', () => {
  const { host, told } = install()
  for (const signal of ['SIGTERM', 'SIGTERM', 'SIGINT'] as const) {
    host.process.send(signal)
    host.clock.advance(1_000)
  }
  assert.deepEqual(told, ['first SIGTERM', 'second SIGTERM', 'second SIGINT'])
})

test('signals that were not asked for are left alone, and disposal takes off all', () => {
  const { host, told, installed } = install(['SIGTERM', 'SIGTERM'])
  assert.equal(host.process.send('SIGINT'), false)
  assert.equal(host.process.send('SIGTERM'), true)
  host.clock.advance(1_000)
  host.process.send('SIGTERM')
  assert.deepEqual(told, ['first SIGTERM', 'second SIGTERM'], 'named twice is listened for once')
  installed[Symbol.dispose]()
  installed[Symbol.dispose]()
  assert.equal(host.process.send('SIGTERM'), false)
})
