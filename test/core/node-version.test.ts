import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { describeOldNode, OLDEST_NODE, refuseOldNode } from '../../src/core/node-version.ts'

for (const node of ['0.10.48', '12.22.12', '18.20.8', '20.20.2', '21.7.3', '22.0.0', '22.9.0', '22.18.9']) {
  test(`describeOldNode() names ${node} and what is wanted`, () => {
    assert.match(describeOldNode({ node }) ?? '', new RegExp(`^got ${node}, wanted 22\\.19\\.0 or newer; `))
  })
}

for (const node of ['22.19.0', '22.23.3', '23.0.0', '24.21.0', '26.10.0', '27.0.0-nightly2026', '100.0.0']) {
  test(`describeOldNode() has nothing against ${node}`, () => {
    assert.equal(describeOldNode({ node }), null)
  })
}

test('describeOldNode() takes a version that Bun or Deno only claims for no version', () => {
  assert.equal(describeOldNode({ node: '22.6.0', bun: '1.1.38' }), null)
  assert.equal(describeOldNode({ node: '20.11.1', deno: '2.0.0' }), null)
  assert.equal(describeOldNode({}), null)
})

test('refuseOldNode() throws one sentence, and nothing for the Node.js that runs this', () => {
  assert.throws(() => refuseOldNode({ node: '20.20.2' }), {
    code: 'LASTCALL_NODE_VERSION',
    message: /^This version of Node\.js is too old: got 20\.20\.2, [^\n]+$/,
  })
  refuseOldNode(process.versions)
})

test('package.json asks for the same Node.js', () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const { engines } = JSON.parse(text) as { engines: { node: string } }
  assert.equal(engines.node, `>=${OLDEST_NODE}`)
})
