import { globSync } from 'node:fs'
import type { Cluster } from './cluster.ts'
import { runTests } from './contract.ts'
import { installPolicies } from './policies.ts'

const TESTS = 'test/chart/kind-*.ts'

/** Has the API server judge what the policies do, and every rendered fixture. Resolves to what went wrong. */
export async function playAdmission(cluster: Cluster): Promise<readonly string[]> {
  await installPolicies(cluster)
  return runTests(cluster, globSync(TESTS))
}
