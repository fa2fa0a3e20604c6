import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LastcallError } from '../../src/core/errors.ts'
import { optionRules } from '../../src/core/option-rules.ts'
import { type LifecycleOptions, resolveOptions } from '../../src/core/options.ts'

type Environment = Readonly<Record<string, string>>

function problemsOf(input: unknown, env: Environment = {}): readonly string[] {
  try {
    resolveOptions(input as LifecycleOptions, env)
  } catch (error) {
    assert.ok(error instanceof LastcallError, `a LastcallError, got ${String(error)}`)
    assert.equal(error.code, 'LASTCALL_INVALID_OPTIONS')
    for (const problem of error.problems) assert.ok(error.message.includes(problem))
    return error.problems
  }
  return []
}

const circular: Record<string, unknown> = {}
circular['self'] = circular

test('the defaults are valid', () => {
  const { options, notices } = resolveOptions({}, {})
  assert.deepEqual(options, {
    shutdownDelayMs: 0,
    readinessFailDelayMs: 0,
    drainTimeoutMs: 15_000,
    hooksTimeoutMs: 5_000,
    deadlineNoticeMs: 3_000,
    preStopMs: 0,
    gracePeriodMs: undefined,
    checkTimeoutMs: 900,
    probePort: 8081,
    probeHost: '::',
    livenessFailsOnShutdown: false,
    terminationLog: '/dev/termination-log',
    signals: ['SIGTERM', 'SIGINT'],
    exitAfter: 'signal',
    logger: undefined,
  })
  assert.deepEqual(notices, [])
})

test('in Kubernetes only the shutdown delay has another default', () => {
  const inside = resolveOptions({}, { KUBERNETES_SERVICE_HOST: '10.96.0.1' }).options
  assert.deepEqual(inside, { ...resolveOptions({}, {}).options, shutdownDelayMs: 5_000 })
})

test('in Kubernetes the defaults fit into the grace period that Kubernetes defaults to', () => {
  const env = { KUBERNETES_SERVICE_HOST: '10.96.0.1', LASTCALL_GRACE_PERIOD: '30s' }
  assert.deepEqual(problemsOf({}, env), [])
})

const durations = [
  ['shutdownDelayMs', 'LASTCALL_SHUTDOWN_DELAY'],
  ['readinessFailDelayMs', 'LASTCALL_READINESS_FAIL_DELAY'],
  ['drainTimeoutMs', 'LASTCALL_DRAIN_TIMEOUT'],
  ['hooksTimeoutMs', 'LASTCALL_HOOKS_TIMEOUT'],
  ['deadlineNoticeMs', 'LASTCALL_DEADLINE_NOTICE'],
  ['preStopMs', 'LASTCALL_PRE_STOP'],
  ['gracePeriodMs', 'LASTCALL_GRACE_PERIOD'],
  ['checkTimeoutMs', 'LASTCALL_CHECK_TIMEOUT'],
] as const

for (const [name, variable] of durations) {
  test(`${name} takes milliseconds from 0 to the longest timer and refuses everything else`, () => {
    for (const value of [0, 1, 1.5, 2_147_483_647]) {
      const rest = name === 'gracePeriodMs' ? { drainTimeoutMs: 0, hooksTimeoutMs: 0 } : {}
      assert.equal(resolveOptions({ ...rest, [name]: value }, {}).options[name], value)
    }
    const wrong = [
      -1,
      2_147_483_648,
      NaN,
      Infinity,
      '5000',
      '5s',
      null,
      true,
      5n,
      [],
      {},
      () => 5,
      Symbol('s'),
    ]
    for (const value of wrong) {
      const problems = problemsOf({ [name]: value })
      assert.equal(problems.length, 1)
      assert.match(problems[0]!, new RegExp(`^${name}: got .+, wanted a duration`, 's'))
    }
  })

  test(`${name} is read from ${variable} with its unit, and refused without`, () => {
    const rest = name === 'gracePeriodMs' ? { drainTimeoutMs: 0, hooksTimeoutMs: 0 } : {}
    const read = (text: string): unknown => resolveOptions(rest, { [variable]: text }).options[name]
    assert.equal(read('7s'), 7_000)
    assert.equal(read('250ms'), 250)
    assert.equal(read('0'), 0)
    assert.equal(read(''), resolveOptions(rest, {}).options[name])
    for (const text of ['7', '-1s', '7 s', ' 7s', '7s ', 's', '1e3ms', '999999h', 'Infinity', 'toString']) {
      const problems = problemsOf({}, { [variable]: text })
      assert.equal(problems.length, 1, text)
      assert.ok(problems[0]!.startsWith(`${variable}: got '${text}' (string), wanted a duration`))
    }
  })
}

const others: Readonly<Record<string, { good: readonly unknown[]; bad: readonly unknown[] }>> = {
  probePort: {
    good: [0, 1, 65_535, false],
    bad: [-1, 65_536, 80.5, NaN, '8081', true, null, {}],
  },
  probeHost: { good: ['127.0.0.1', '::1', 'localhost'], bad: ['', 0, null, false, []] },
  livenessFailsOnShutdown: { good: [true, false], bad: ['true', 1, 0, null] },
  terminationLog: { good: ['/tmp/x', false], bad: ['', true, 1, null] },
  signals: {
    good: [[], ['SIGTERM'], ['SIGHUP', 'SIGUSR2', 'SIGTERM'], ['SIGBREAK']],
    bad: ['SIGTERM', null, {}, new Set(['SIGTERM'])],
  },
  exitAfter: { good: ['signal', 'any', 'never'], bad: ['', 'always', true, null] },
  logger: {
    good: [console, false],
    bad: [null, true, {}, { info() {}, warn() {} }, { info: 1, warn: 2, error: 3 }, 'console', circular],
  },
}

for (const [name, { good, bad }] of Object.entries(others)) {
  test(`${name} takes what it documents and refuses everything else`, () => {
    for (const value of good) {
      const { options } = resolveOptions({ [name]: value }, {})
      assert.deepEqual(options[name as keyof typeof options], value)
    }
    for (const value of bad) {
      const problems = problemsOf({ [name]: value })
      assert.equal(problems.length, 1)
      assert.match(problems[0]!, new RegExp(`^${name}: got .+, wanted `))
    }
  })
}

test('every option has a rule that the tests above go through', () => {
  const tested = [...durations.map(([name]) => name), ...Object.keys(others)]
  assert.deepEqual(Object.keys(optionRules).toSorted(), tested.toSorted())
})

test('undefined in the code means not set', () => {
  const names = Object.keys(optionRules)
  const input = Object.fromEntries(names.map((name) => [name, undefined]))
  assert.deepEqual(resolveOptions(input, {}), resolveOptions({}, {}))
})

test('options that are not an object are refused', () => {
  for (const value of [null, 5, 'x', [], true, () => {}]) assert.equal(problemsOf(value).length, 1)
})

test('an unknown option is refused, and the known ones are named', () => {
  assert.match(
    problemsOf({ shutdownDelay: 5 })[0]!,
    /^shutdownDelay: there is no such option; .*shutdownDelayMs/,
  )
})

test('all problems are told at once: types, names, signals, environment and the sum', () => {
  const problems = problemsOf(
    { probePort: -1, nonsense: 1, signals: ['SIGKILL', 'term'], gracePeriodMs: 1_000, exitAfter: 'x' },
    { LASTCALL_LIVENESS_FAILS_ON_SHUTDOWN: 'yes' },
  )
  const about = [
    'probePort',
    'nonsense',
    'SIGKILL',
    "'term'",
    'grace period',
    'exitAfter',
    'LASTCALL_LIVENESS',
  ]
  for (const word of about)
    assert.ok(
      problems.some((problem) => problem.includes(word)),
      word,
    )
  assert.equal(problems.length, about.length)
})

test('what cannot be shown is refused without an error of its own', () => {
  for (const value of [circular, { big: 1n }, Object.create(null), { toJSON: () => undefined }]) {
    assert.equal(problemsOf({ drainTimeoutMs: value }).length, 1)
  }
  const long = problemsOf({ drainTimeoutMs: 'x'.repeat(10_000) })[0]!
  assert.ok(long.length < 300)
})

test('the sum of all parts must not exceed the grace period, and may equal it (trap 35)', () => {
  const parts = { preStopMs: 5_000, shutdownDelayMs: 2_000, drainTimeoutMs: 15_000, hooksTimeoutMs: 5_000 }
  assert.deepEqual(problemsOf({ ...parts, gracePeriodMs: 27_000 }), [])
  const [problem] = problemsOf({ ...parts, gracePeriodMs: 26_999 })
  assert.match(problem!, /preStop 5s \+ shutdown delay 2s \+ drain timeout 15s \+ hooks timeout 5s = 27s/)
})
