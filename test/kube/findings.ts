import assert from 'node:assert/strict'
import { checkManifests } from '../../src/kube/check/check-manifests.ts'
import type { RuleId } from '../../src/kube/check/rule.ts'
import { deployment, patch } from './patch.ts'

/** What is found in the first workload: rule, certainty and message. */
export function check(text: string): readonly (readonly [RuleId, string, string])[] {
  const selection = { names: [], requirements: [] }
  const { workloads } = checkManifests([{ name: 'shop.yaml', text }], { selection, container: undefined })
  return workloads[0]!.findings.map(({ rule, certainty, message }) => [rule, certainty, message])
}

const served = deployment('ports:\n  - containerPort: 3000')

/** A Deployment in which nothing is wrong. */
export const good = patch(served.replace('  replicas: 3', '  replicas: 3\n  minReadySeconds: 5')).text

/** The good Deployment with one change. */
export function change(from: string | RegExp, to: string): string {
  const changed = good.replace(from, to)
  assert.notEqual(changed, good, `${String(from)} is not there`)
  return changed
}
