import assert from 'node:assert/strict'
import { test } from 'node:test'
import { argumentsOf } from '../../e2e/arguments.ts'
import { listScenarios } from '../../e2e/scenarios.ts'
import { main } from '../../src/cli/main.ts'
import { captureIo } from '../helpers/captured-io.ts'

test('lastcall takes the arguments of every scenario', async () => {
  for (const scenario of listScenarios(undefined, 150)) {
    const io = captureIo()
    // It gets as far as to look for a cluster.
    assert.equal(await main([...argumentsOf(scenario), '--kubeconfig', '/nowhere/kubeconfig'], io), 2)
    assert.match(
      io.err(),
      /^The cluster cannot be used: the kubeconfig .nowhere.kubeconfig cannot be read/,
      `${scenario.name}: ${io.err()}`,
    )
  }
})
