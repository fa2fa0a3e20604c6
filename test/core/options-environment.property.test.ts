import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MAX_DURATION_MS } from '../../src/core/defaults.ts'
import { LastcallError } from '../../src/core/errors.ts'
import { optionRules } from '../../src/core/option-rules.ts'
import { type Resolution, resolveOptions } from '../../src/core/options.ts'

const names = Object.values(optionRules).flatMap(({ env }) => env ?? [])
const known = fc.constantFrom(...names)
const odd = fc.constantFrom(
  '',
  ' ',
  '0',
  '-0',
  '5',
  '5s',
  '1e3s',
  'false',
  'true',
  'TRUE',
  'null',
  'NaN',
  '65536',
  '99999999999999999999h',
  'tcp://10.0.0.1:80',
  '\0',
  '5s\n',
  '０s',
)
const environment = fc.dictionary(
  fc.oneof(
    known,
    fc.string().map((text) => `LASTCALL_${text}`),
    fc.string(),
  ),
  fc.oneof(
    odd,
    fc.string({ unit: 'binary' }),
    fc.nat(100_000).map((ms) => `${ms}ms`),
  ),
  { maxKeys: 8 },
)

function resolve(env: Readonly<Record<string, string>>): Resolution | LastcallError {
  try {
    return resolveOptions({}, env)
  } catch (error) {
    assert.ok(error instanceof LastcallError)
    return error
  }
}

test('any environment gives options that can be used, or one error that names each variable that cannot', () => {
  fc.assert(
    fc.property(environment, (env) => {
      const result = resolve(env)
      if (result instanceof LastcallError) {
        assert.equal(result.code, 'LASTCALL_INVALID_OPTIONS')
        assert.ok(result.problems.length > 0)
        return
      }
      for (const [name, rule] of Object.entries(optionRules)) {
        const value = (result.options as unknown as Record<string, unknown>)[name]
        assert.ok(value === undefined || rule.accepts(value), `${name}: ${String(value)}`)
      }
      const times = [
        result.options.shutdownDelayMs,
        result.options.drainTimeoutMs,
        result.options.hooksTimeoutMs,
      ]
      assert.ok(times.every((ms) => ms >= 0 && ms <= MAX_DURATION_MS))
    }),
    { numRuns: 1_000 },
  )
})

test('what an environment variable is refused for does not depend on the others', () => {
  fc.assert(
    fc.property(known, odd, environment, (name, text, others) => {
      const alone = resolve({ [name]: text })
      const among = resolve({ ...others, [name]: text })
      const refused = (result: Resolution | LastcallError): boolean =>
        result instanceof LastcallError && result.problems.some((problem) => problem.startsWith(`${name}:`))
      assert.equal(refused(among), refused(alone))
    }),
  )
})

test('any value in the code is refused with the error of the options, or can be used', () => {
  const options = fc.dictionary(
    fc.constantFrom(...Object.keys(optionRules), '__proto__', 'toString'),
    fc.anything(),
    { maxKeys: 4 },
  )
  fc.assert(
    fc.property(fc.oneof(options, fc.anything()), (input) => {
      try {
        resolveOptions(input as object, {})
      } catch (error) {
        assert.ok(error instanceof LastcallError, String(error))
      }
    }),
  )
})
