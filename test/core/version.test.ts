import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAtLeast } from '../../src/core/version.ts'

for (const [version, wanted] of [
  ['5.0.0', '5.0.0'],
  ['5.12.8', '5.0.0'],
  ['6.0.0-alpha.2', '5.12.0'],
  ['10.0.0', '9.9.9'],
  ['4.12.1', '4.12.5'],
] as const) {
  test(`${version} is at least ${wanted}`, () => assert.ok(isAtLeast(version, wanted)))
}

for (const [version, wanted] of [
  ['4.29.1', '5.0.0'],
  ['4.9.0', '4.12.0'],
  ['9.9.9', '10.0.0'],
  ['latest', '1.0.0'],
  ['', '0.0.0'],
  ['5', '5.0.0'],
] as const) {
  test(`'${version}' is not known to be at least ${wanted}`, () => assert.ok(!isAtLeast(version, wanted)))
}
