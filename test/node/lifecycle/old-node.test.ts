import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { describeOldNode } from '../../../src/core/node-version.ts'
import { realHost } from '../../../src/node/host/host.ts'
import { createLifecycle } from '../../../src/node/lifecycle/create-lifecycle.ts'
import { FakeHost } from '../../helpers/fake-host.ts'

const dist = new URL('../../../dist/', import.meta.url)
const distribution = '/usr/bin/node'

/** Runs a program, with a bound. */
function run(command: string, args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 20_000 })
  return { status, output: `${stdout}${stderr}` }
}

/** Why the Node.js of the distribution is of no use here; false when it is old enough. */
function unusable(): string | false {
  if (!existsSync(distribution)) return `there is no ${distribution}`
  const { output } = run(distribution, ['-p', 'process.versions.node'])
  return describeOldNode({ node: output.trim() }) === null ? `${distribution} is not older than ours` : false
}

test('createLifecycle() refuses an older Node.js before it looks at anything else', () => {
  const host = new FakeHost()
  Object.assign(host.process, { versions: { node: '22.18.0' } })
  assert.throws(() => createLifecycle({ drainTimeoutMs: -1 }, host), {
    code: 'LASTCALL_NODE_VERSION',
    message: /got 22\.18\.0, wanted 22\.19\.0/,
  })
})

test('the host of real programs says which Node.js runs', () => {
  assert.equal(realHost().process.versions?.node, process.versions.node)
})

suite('on a Node.js older than 22.19', { skip: unusable() }, () => {
  const sentence = /^This version of Node\.js is too old: got \d+\.\d+\.\d+, wanted [^\n]+\n$/
  const caught = (entry: string, call: string): string =>
    `import { ${call} } from '${new URL(entry, dist).href}'
     try { ${call}() } catch (error) { console.log(error.message) }`

  for (const [entry, call] of [
    ['index.js', 'createLifecycle'],
    ['testing/index.js', 'createTestLifecycle'],
  ] as const) {
    test(`${call}() throws one sentence`, () => {
      const { status, output } = run(distribution, ['--input-type=module', '-e', caught(entry, call)])
      assert.match(output, sentence)
      assert.equal(status, 0)
    })
  }

  for (const name of ['fastify', 'terminus', 'prom-client', 'opentelemetry']) {
    test(`lastcall/${name} can be imported: the error is left to createLifecycle()`, () => {
      const source = `await import('${new URL(`integrations/${name}/index.js`, dist).href}')`
      const { status, output } = run(distribution, ['--input-type=module', '-e', source])
      assert.deepEqual({ status, output }, { status: 0, output: '' })
    })
  }

  test('the command line prints one sentence and exits with 2', () => {
    const { status, output } = run(distribution, [fileURLToPath(new URL('cli/bin.js', dist)), '--help'])
    assert.match(output, sentence)
    assert.equal(status, 2)
  })
})
