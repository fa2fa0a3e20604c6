import assert from 'node:assert/strict'
import type { Server } from 'node:http'
import { suite, test } from 'node:test'
import { LastcallError } from '../../../src/core/errors.ts'
import { terminusOptions, type TerminusOptions } from '../../../src/integrations/terminus/index.ts'
import { makeLifecycle } from '../../helpers/lifecycle.ts'
import { makeServer } from '../../helpers/lifecycle.ts'
import { prepare } from './setup.ts'

const unusable: Readonly<Record<string, unknown>> = {
  healthChecks: 7,
  caseInsensitive: 'yes',
  timeout: '1s',
  signal: 15,
  signals: 'SIGINT',
  sendFailuresDuringShutdown: ['/health'],
  statusOk: '200',
  statusOkResponse: 'ok',
  statusError: 100,
  statusErrorResponse: [],
  useExit0: 1,
  onSignal: 'close',
  onSendFailureDuringShutdown: 1,
  onShutdown: {},
  beforeShutdown: Promise.resolve(),
  logger: {},
  headers: { name: 'two\nlines' },
  onSigterm: 2,
}

function problemsOf(call: () => unknown): readonly string[] {
  try {
    call()
  } catch (error) {
    assert.ok(error instanceof LastcallError && error.code === 'LASTCALL_INVALID_OPTIONS', String(error))
    return error.problems
  }
  return assert.fail('nothing was refused')
}

suite('createTerminus() refuses, before anything is installed,', () => {
  test('options of the wrong type, all in one error', (t) => {
    const { group } = prepare(t)
    const server = makeServer(t)
    const before = server.eventNames().length
    const problems = problemsOf(() => group.add(server, unusable as TerminusOptions))
    const named = new Set(problems.map((problem) => problem.split(':')[0]))
    assert.deepEqual(named, new Set(Object.keys(unusable)))
    assert.equal(server.eventNames().length, before)
  })

  test('no options at all where something was passed', (t) => {
    const { group } = prepare(t)
    assert.equal(problemsOf(() => group.add(makeServer(t), null as unknown as TerminusOptions)).length, 1)
  })

  test('a health check that is no function, and a switch that is none', (t) => {
    const { group } = prepare(t)
    const healthChecks = { '/health': true, verbatim: 'yes', '/left-out': undefined }
    const options = { healthChecks } as unknown as TerminusOptions
    const problems = problemsOf(() => group.add(makeServer(t), options))
    assert.deepEqual(
      problems.map((problem) => /'(.+?)'/.exec(problem)?.[1]),
      ['/health', 'verbatim'],
    )
  })

  test('signals that cannot begin a shutdown', (t) => {
    const { group } = prepare(t)
    const problems = problemsOf(() =>
      group.add(makeServer(t), { signals: ['SIGKILL', 'TERM'], signal: 'SIGUSR1' }),
    )
    assert.deepEqual(problems.length, 3)
  })

  test('what is no server', (t) => {
    const { group } = prepare(t)
    const app = (() => {}) as unknown as Server
    assert.throws(() => group.add(app, {}), { code: 'LASTCALL_NOT_A_SERVER' })
  })

  test('nothing that terminus passes over: options of others in the same object', (t) => {
    const { group } = prepare(t)
    group.add(makeServer(t), { port: 3000, healthChecks: undefined } as TerminusOptions)
  })
})

suite('terminusOptions()', () => {
  test('refuses what terminus would never act on, and says where it belongs', (t) => {
    const { lifecycle } = makeLifecycle(t)
    const overrides = { onSignal: () => {}, timeout: 5_000, signals: ['SIGINT'], useExit0: true }
    const problems = problemsOf(() => terminusOptions(lifecycle, overrides as never))
    assert.equal(problems.length, 4)
    assert.match(problems[0]!, /onSignal: .*lifecycle\.onStop\(\)/)
  })

  test('makes a new object every time, with nothing of the caller in it that terminus writes to', (t) => {
    const { lifecycle } = makeLifecycle(t)
    const statusOkResponse = { status: 'up' }
    const [one, other] = [1, 2].map(() => terminusOptions(lifecycle, { statusOkResponse, statusOk: 201 }))
    assert.notEqual(one, other)
    assert.notEqual(one!.healthChecks, other!.healthChecks)
    assert.notEqual(one!.statusOkResponse, statusOkResponse)
    assert.deepEqual([one!.statusOkResponse, one!.statusOk], [statusOkResponse, 201])
  })
})
