import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Machine, type Owner } from '../../../src/node/lifecycle/machine.ts'
import { FakeHost } from '../../helpers/fake-host.ts'

const timing = {
  readinessFailDelayMs: 10,
  shutdownDelayMs: 20,
  drainTimeoutMs: 30,
  hooksTimeoutMs: 40,
  deadlineNoticeMs: 5,
}
const initiated = { type: 'shutdownInitiated', reason: 'test', timing, inFlight: 0 } as const

function makeMachine(owner: Partial<Owner>) {
  const host = new FakeHost()
  const errors: unknown[] = []
  const logger = { info() {}, warn() {}, error: (details: object) => void errors.push(details) }
  const machine = new Machine(host, logger, { observe() {}, execute() {}, ...owner })
  return { host, errors, machine }
}

test('an effect that throws is logged, and neither the effects behind it nor later events are lost', () => {
  const executed: string[] = []
  const { host, errors, machine } = makeMachine({
    execute(effect) {
      executed.push(effect.type)
      throw new Error(`no ${effect.type}`)
    },
  })
  machine.dispatch({ type: 'startupCompleted' })
  machine.dispatch(initiated)
  assert.equal(machine.state.name, 'delaying')
  host.clock.advance(20 + 30 + 40)
  assert.equal(machine.state.name, 'stopped')
  const expected = [
    'announceClose',
    'drainConnections',
    'announceDeadline',
    'forceCloseConnections',
    'runHooks',
    'forceCloseConnections',
    'finish',
  ]
  assert.deepEqual(executed, expected)
  assert.deepEqual(
    errors,
    expected.map((step) => ({ step, error: `no ${step}` })),
  )
})

test('an observer that throws keeps neither listeners nor effects from being reached', () => {
  const told: string[] = []
  const { host, machine } = makeMachine({
    observe() {
      throw new Error('no')
    },
    execute: (effect) => void told.push(effect.type),
  })
  machine.on('shutdownInitiated', () => told.push('listener'))
  machine.dispatch({ type: 'startupCompleted' })
  machine.dispatch(initiated)
  assert.deepEqual(told, ['listener', 'announceClose'])
  assert.deepEqual(host.clock.timers, [10, 20])
})

test('an event from within an effect waits until all effects of the present one are carried out', () => {
  const order: string[] = []
  const { machine } = makeMachine({
    observe: (event) => void order.push(event.type),
    execute(effect) {
      order.push(effect.type)
      if (effect.type === 'announceClose') machine.dispatch({ type: 'hooksFinished', failed: 0 })
    },
  })
  machine.dispatch(initiated)
  assert.deepEqual(order, [
    'shutdownInitiated',
    'announceClose',
    'forceCloseConnections',
    'runHooks',
    'hooksFinished',
    'forceCloseConnections',
    'finish',
  ])
})

test('the owner hears of an event before the listeners, and both before its effects', () => {
  const order: string[] = []
  const { machine } = makeMachine({
    observe: () => void order.push('owner'),
    execute: () => void order.push('effect'),
  })
  machine.dispatch({ type: 'startupCompleted' })
  machine.on('shutdownInitiated', () => order.push('listener'))
  machine.dispatch(initiated)
  assert.deepEqual(order, ['owner', 'owner', 'listener', 'effect'])
})

test('an event that means nothing is told to nobody', () => {
  let told = 0
  const { machine } = makeMachine({ observe: () => void told++ })
  machine.on('hooksFinished', () => told++)
  machine.dispatch({ type: 'hooksFinished', failed: 0 })
  machine.dispatch({ type: 'exitForced', exitCode: 143 })
  assert.equal(told, 0)
  assert.equal(machine.state.name, 'starting')
})

test('events carry the time of the host', () => {
  const { host, machine } = makeMachine({})
  const at: number[] = []
  machine.on('becameUnready', (event) => at.push(event.at))
  const began = host.clock.now()
  machine.dispatch({ type: 'becameUnready', reason: 'a' })
  host.clock.advance(5)
  machine.dispatch({ type: 'becameUnready', reason: 'b' })
  assert.deepEqual(at, [began, began + 5])
})

test('readiness fails within the dispatch when its delay is 0: a probe may come within the shortest timer', () => {
  const { host, machine } = makeMachine({})
  machine.dispatch({ type: 'startupCompleted' })
  machine.dispatch({ ...initiated, timing: { ...timing, readinessFailDelayMs: 0 } })
  assert.ok('shutdown' in machine.state && machine.state.shutdown.readinessFailing)
  assert.deepEqual(host.clock.timers, [20])
})

test('a clock that is not needed any more does not keep the process alive', () => {
  const { host, machine } = makeMachine({})
  machine.dispatch({ type: 'startupCompleted' })
  machine.dispatch(initiated)
  host.clock.advance(20)
  machine.dispatch({ type: 'connectionsDrained' })
  assert.deepEqual(host.clock.timers, [40])
  machine.dispatch({ type: 'hooksFinished', failed: 0 })
  assert.deepEqual(host.clock.timers, [])
})
