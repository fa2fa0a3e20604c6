import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { readEntries } from './helpers/source-graph.ts'

/** What a CommonJS program prints; it fails when it writes anything to stderr, such as a warning. */
function printedBy(code: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=commonjs', '-e', code], {
    encoding: 'utf8',
  })
  assert.equal(stderr, '')
  return stdout
}

for (const { subpath } of readEntries()) {
  const name = `lastcall${subpath.slice(1)}`
  test(`require('${name}') and import('${name}') give the same, and Node warns of nothing`, () => {
    const printed = printedBy(`
      const required = require('${name}')
      void import('${name}').then((imported) => {
        const names = Object.keys(imported)
        console.log(names.length === Object.keys(required).length)
        console.log(names.every((name) => imported[name] === required[name]))
      })`)
    assert.equal(printed, 'true\ntrue\n')
  })
}

test('a lifecycle from require() serves a server that a plugin from import() knows', () => {
  const printed = printedBy(`
    const { createLifecycle, LastcallError } = require('lastcall')
    const server = require('node:http').createServer()
    const options = { probePort: false, logger: false, signals: [] }
    createLifecycle(options).serve(server)
    void import('lastcall').then((imported) => {
      try {
        imported.createLifecycle(options).serve(server)
      } catch (error) {
        console.log(error.code, error instanceof LastcallError)
      }
    })`)
  assert.equal(printed, 'LASTCALL_SERVER_TAKEN true\n')
})
