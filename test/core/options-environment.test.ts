import assert from 'node:assert/strict'
import { constants } from 'node:os'
import { test } from 'node:test'
import { LastcallError } from '../../src/core/errors.ts'
import { resolveOptions, type SignalName } from '../../src/core/options.ts'

const resolve = (env: Readonly<Record<string, string>>) => resolveOptions({}, env)

test('the environment gives what the code leaves out', () => {
  const { options, notices } = resolve({
    LASTCALL_PROBE_PORT: '9000',
    LASTCALL_PROBE_HOST: '127.0.0.1',
    LASTCALL_LIVENESS_FAILS_ON_SHUTDOWN: 'true',
    LASTCALL_TERMINATION_LOG: 'false',
  })
  assert.equal(options.probePort, 9_000)
  assert.equal(options.probeHost, '127.0.0.1')
  assert.equal(options.livenessFailsOnShutdown, true)
  assert.equal(options.terminationLog, false)
  assert.deepEqual(notices, [])
})

test('false in the environment is a value, not "not set"', () => {
  assert.equal(resolve({ LASTCALL_PROBE_PORT: 'false' }).options.probePort, false)
  assert.equal(
    resolve({ LASTCALL_LIVENESS_FAILS_ON_SHUTDOWN: 'false' }).options.livenessFailsOnShutdown,
    false,
  )
})

test('a variable that does not fit is refused, also when the code sets the option', () => {
  const cases = {
    LASTCALL_PROBE_PORT: ['true', '-1', '65536', '80.5', '0x50', 'http'],
    LASTCALL_LIVENESS_FAILS_ON_SHUTDOWN: ['yes', '1', 'TRUE', 'constructor', '__proto__'],
  }
  for (const [name, texts] of Object.entries(cases)) {
    for (const text of texts) {
      for (const input of [{}, { probePort: 1, livenessFailsOnShutdown: true }]) {
        assert.throws(
          () => resolveOptions(input, { [name]: text }),
          (error) =>
            error instanceof LastcallError && error.problems[0]!.startsWith(`${name}: got '${text}'`),
        )
      }
    }
  }
})

test('an empty variable is not set', () => {
  const names = [
    'SHUTDOWN_DELAY',
    'PROBE_PORT',
    'PROBE_HOST',
    'TERMINATION_LOG',
    'LIVENESS_FAILS_ON_SHUTDOWN',
    'X',
  ]
  const env = Object.fromEntries(names.map((name) => [`LASTCALL_${name}`, '']))
  assert.deepEqual(resolve(env), resolve({}))
})

test('the code wins over the environment, and a conflict is noticed with both values', () => {
  const { options, notices } = resolveOptions({ shutdownDelayMs: 3_000 }, { LASTCALL_SHUTDOWN_DELAY: '7s' })
  assert.equal(options.shutdownDelayMs, 3_000)
  assert.equal(notices.length, 1)
  const { message, ...details } = notices[0]!
  assert.deepEqual(details, { option: 'shutdownDelayMs', used: 3_000, ignored: 7_000 })
  assert.match(message, /LASTCALL_SHUTDOWN_DELAY/)
})

test('zero and false in the code win as well, and conflict as well', () => {
  const { options, notices } = resolveOptions(
    { shutdownDelayMs: 0, probePort: false },
    { LASTCALL_SHUTDOWN_DELAY: '7s', LASTCALL_PROBE_PORT: '0' },
  )
  assert.equal(options.shutdownDelayMs, 0)
  assert.equal(options.probePort, false)
  assert.deepEqual(
    notices.map(({ used, ignored }) => [used, ignored]),
    [
      [0, 7_000],
      [false, 0],
    ],
  )
})

test('the same value in code and environment, however it is written, is no conflict', () => {
  const { notices } = resolveOptions(
    { shutdownDelayMs: 90_000, probePort: false },
    { LASTCALL_SHUTDOWN_DELAY: '1.5m', LASTCALL_PROBE_PORT: 'false' },
  )
  assert.deepEqual(notices, [])
})

test('a variable that no option reads is noticed and refused by nobody', () => {
  const { notices } = resolve({ LASTCALL_DRAIN_TIME: '5s', LASTCALL_PROB_PORT: '80', OTHER: 'x' })
  assert.deepEqual(
    notices.map(({ message }) => message.split(' ')[0]),
    ['LASTCALL_DRAIN_TIME', 'LASTCALL_PROB_PORT'],
  )
})

test('what Kubernetes sets for Services named lastcall and lastcall-… is none of our options', () => {
  const service = (name: string) => ({
    [`${name}_SERVICE_HOST`]: '10.96.0.12',
    [`${name}_SERVICE_PORT`]: '8081',
    [`${name}_SERVICE_PORT_HTTP`]: '8081',
    [`${name}_PORT`]: 'tcp://10.96.0.12:8081',
    [`${name}_PORT_8081_TCP`]: 'tcp://10.96.0.12:8081',
    [`${name}_PORT_8081_TCP_PROTO`]: 'tcp',
    [`${name}_PORT_8081_TCP_PORT`]: '8081',
    [`${name}_PORT_8081_TCP_ADDR`]: '10.96.0.12',
  })
  const env = { ...service('LASTCALL'), ...service('LASTCALL_PROBE'), ...service('LASTCALL_DEMO') }
  assert.deepEqual(resolve(env), resolve({}))
})

test('every signal of this platform can start the shutdown, except those that cannot be caught or survived', () => {
  const refused = ['SIGKILL', 'SIGSTOP', 'SIGUSR1', 'SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL']
  for (const signal of Object.keys(constants.signals) as SignalName[]) {
    const attempt = () => resolveOptions({ signals: [signal] }, {})
    if (!refused.includes(signal)) assert.deepEqual(attempt().options.signals, [signal])
    else
      assert.throws(
        attempt,
        (error) => error instanceof LastcallError && error.message.includes('leave it out'),
      )
  }
})

test('a signal that nobody sends is refused: it would be waited for in vain', () => {
  for (const signal of ['SIGTREM', 'SIGFOO', 'sigterm', 'TERM', '', 15, null, Symbol('SIGTERM')]) {
    assert.throws(
      () => resolveOptions({ signals: [signal as SignalName] }, {}),
      (error) => error instanceof LastcallError && error.message.includes('is not the name of a signal'),
    )
  }
})
