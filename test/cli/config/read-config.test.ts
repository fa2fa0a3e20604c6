import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { laneKeys, loadKeys } from '../../../src/cli/config/keys.ts'
import { readConfig } from '../../../src/cli/config/read-config.ts'
import { LastcallError } from '../../../src/core/errors.ts'

for (const [yaml, problem] of [
  ['load: { body: 1234 }', /load\.body: got something else, wanted text, or what is to be sent as JSON/],
  [
    'load: [{ body: { pin: 1234 }, headers: { A: 1234 } }]',
    /load has \[\{"body":"…","headers":"…"\}\], wanted keys and values/,
  ],
  ['load: { path: { body: { pin: 1234 } } }', /load\.path: got \{"body":"…"\}, wanted text/],
  ['lanes: { http2: { body: 1234 } }', /lanes\.http2\.body: got something else, wanted text/],
  ['load: { headers: [1234] }', /load\.headers: got something else, wanted names and values/],
] as const) {
  test(`what may be a secret is not in what is said of ${yaml}`, (t) => {
    const cwd = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
    t.after(() => rmSync(cwd, { recursive: true }))
    writeFileSync(join(cwd, 'lastcall.yaml'), yaml)
    const keys = { sections: new Map([['load', loadKeys]]), lanes: laneKeys }
    assert.throws(
      () => readConfig(undefined, cwd, keys),
      (error) => {
        assert.ok(error instanceof LastcallError)
        assert.match(error.message, problem)
        assert.doesNotMatch(error.message, /1234/)
        return true
      },
    )
  })
}
