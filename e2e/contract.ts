import type { Cluster } from './cluster.ts'
import { install, uninstall } from './install.ts'
import { plain } from './plain-scenario.ts'

const TESTS = 'test/rollout/drivers/kubernetes/kind-contract.ts'
/** Ready until it is restarted, and never again. */
const STUCK = 'test/rollout/drivers/kubernetes/stuck.yaml'
/** Far longer than any of the tests takes: each starts an agent, and some restart two pods. */
const TEST_LIMIT_MS = 180_000

/** Runs files of tests that need a cluster, one after the other. Resolves to what went wrong. */
export async function runTests(cluster: Cluster, files: readonly string[]): Promise<readonly string[]> {
  const limits = [`--test-timeout=${TEST_LIMIT_MS}`, '--test-concurrency=1']
  const args = ['--test', ...limits, '--test-reporter=spec', ...files]
  const said = await cluster.run(process.execPath, args, { accepted: [0, 1] })
  console.log(said)
  return /^ℹ fail 0\nℹ cancelled 0$/m.test(said) ? [] : [`tests failed in ${files.join(', ')}`]
}

const shop = { ...plain('contract', 'the contract of every driver'), replicas: 2 }

/** Runs the contract of the drivers in the cluster. Resolves to what went wrong. */
export async function playContract(cluster: Cluster): Promise<readonly string[]> {
  try {
    await cluster.kubectl(['apply', '-f', STUCK])
    await install(cluster, shop)
    await cluster.untilRolledOut('deployment/stuck')
    return await runTests(cluster, [TESTS])
  } finally {
    await cluster.kubectl(['delete', '--ignore-not-found', '-f', STUCK])
    await uninstall(cluster, shop)
  }
}
