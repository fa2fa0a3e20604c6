import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { permissionsFor } from '../../src/rollout/drivers/kubernetes/permissions.ts'
import { type PolicyRule, toRules } from '../../src/rollout/drivers/kubernetes/policy-rules.ts'

const guide = readFileSync('docs/guides/rollout.md', 'utf8')

/** Each verb on each resource, one text each. */
const flat = (rules: readonly PolicyRule[]): readonly string[] =>
  rules
    .flatMap(({ apiGroups, resources, resourceNames = [], verbs }) =>
      verbs.map((verb) => [verb, ...resources, ...apiGroups, ...resourceNames].join(' ')),
    )
    .toSorted()

test('the Role of the guide grants what a rollout needs that is observed from here, and nothing else', () => {
  const [, text = ''] = /```yaml\n(apiVersion: rbac[^]*?)```/.exec(guide) ?? []
  const { rules } = parse(text) as { rules: readonly PolicyRule[] }
  const shop = { resource: 'deployments', name: 'shop' } as const
  const choice = { observeFrom: 'here', serviceAccount: undefined, trigger: 'restart' } as const
  assert.deepEqual(flat(rules), flat(toRules(permissionsFor(shop, choice))))
})
