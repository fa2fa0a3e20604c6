import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readYaml } from '../../src/cli/yaml.ts'

for (const [yaml, problem] of [
  ['headers:\n  Authorization: "s3cret', /^Missing closing "quote \(line 2, column 25\)$/],
  ['headers:\n  Authorization: "\\s3cret"', /^Invalid escape \(line 2, column 19\)$/],
  ['headers:\n  Authorization: *s3cret', /^Unresolved alias \(the anchor must be set before the alias\)$/],
  ['password: |s3cret\n  a', /^Block scalar header includes extra characters \(line 1, column 12\)$/],
  ['a: { s3cret: 1, b: 2', /^.* \(line 1, column 21\)$/],
  ['s3cret: 1\ns3cret: 2', /^Map keys must be unique \(line 2, column 1\)$/],
  ['token: @s3cret', /^Plain value cannot start with reserved character @ \(line 1, column 8\)$/],
  ['a: 1\ns3cret', /^.* \(line 2, column 1\)$/],
  ['a: {"s3cret"x}', /^.* \(line 1, column \d+\)$/],
] as const) {
  test(`what is wrong with ${JSON.stringify(yaml)} is said with its place, and nothing of it is quoted`, () => {
    assert.throws(
      () => readYaml(yaml),
      ({ message }: Error) => {
        assert.match(message, problem)
        assert.doesNotMatch(message, /s3|cret/)
        return true
      },
    )
  })
}

test('a tag that is not known is no reason to print the text that it stands before', (t) => {
  const warn = t.mock.method(process, 'emitWarning', () => undefined)
  assert.deepEqual(readYaml('token: !vault s3cret'), { token: 's3cret' })
  assert.equal(warn.mock.callCount(), 0)
})
