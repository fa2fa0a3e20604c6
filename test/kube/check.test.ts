import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ruleIds } from '../../src/kube/check/check-manifests.ts'
import type { RuleId } from '../../src/kube/check/rule.ts'
import { change, check, good } from './findings.ts'
import { deployment } from './patch.ts'

/** One fault each: its rule, how certain a loss is, the manifest, and what is said. */
const faults: readonly (readonly [rule: RuleId, certainty: string, text: string, said: RegExp])[] = [
  [
    'lifecycle',
    'loses',
    change('GracePeriodSeconds: 30', 'GracePeriodSeconds: 20').replace('value: 30s', 'value: 20s'),
    /= 27s is more than the grace period of 20s/,
  ],
  [
    'lifecycle',
    'loses',
    change('GracePeriodSeconds: 30', 'GracePeriodSeconds: 0').replace('value: 30s', 'value: 0s'),
    /killed without a signal/,
  ],
  [
    'lifecycle',
    'loses',
    change('GracePeriodSeconds: 30', 'GracePeriodSeconds: soon'),
    /is "soon": it has to be whole seconds/,
  ],
  [
    'lifecycle',
    'loses',
    change(/ {10}lifecycle:\n(?: {12}.*\n)*/, '').replace('value: 2s', 'value: 0s'),
    /no preStop hook and no shutdown delay/,
  ],
  [
    'lifecycle',
    'loses',
    change('seconds: 5', 'seconds: 30')
      .replaceAll(/(SHUTDOWN_DELAY|DRAIN_TIMEOUT|HOOKS_TIMEOUT)(\n +value: ).*/g, '$1$20s')
      .replace('value: 5s', 'value: 30s'),
    /takes 30 s and the grace period is 30 s: SIGTERM and SIGKILL are 2 s/,
  ],
  [
    'env',
    'loses',
    change('value: 30s', 'value: 40s'),
    /LASTCALL_GRACE_PERIOD is 40s and terminationGracePeriodSeconds 30s/,
  ],
  ['env', 'loses', change('value: 5s', 'value: 1s'), /LASTCALL_PRE_STOP is 1s and the preStop hook 5s/],
  [
    'env',
    'loses',
    change('value: 15s', 'value: soon'),
    /LASTCALL_DRAIN_TIMEOUT is 'soon'.*would refuse to start/,
  ],
  [
    'env',
    'loses',
    change('name: LASTCALL_HOOKS_TIMEOUT', 'name: LASTCALL_PRE_STOP'),
    /LASTCALL_PRE_STOP more than once/,
  ],
  ['env', 'loses', change('value: "8081"', 'value: 8081'), /LASTCALL_PROBE_PORT is 8081 without quotes/],
  [
    'ports',
    'loses',
    change('name: probes', 'name: http')
      .replaceAll('port: probes', 'port: http')
      .replace('_PROBE_PORT', '_PROBE_HOST'),
    /port 8081 \(http\) of container app/,
  ],
  ['probes', 'loses', change(/ {10}readinessProbe:\n(?: {12}.*\n)*/, ''), /there is no readinessProbe/],
  [
    'probes',
    'loses',
    change('port: probes\n            periodSeconds: 2', 'port: prbes\n            periodSeconds: 2'),
    /asks the port named prbes/,
  ],
  ['probes', 'may lose', change('path: /readyz', 'path: /livez'), /asks \/livez, which stays green/],
  [
    'probes',
    'may lose',
    change(
      /readinessProbe:\n {12}httpGet:\n.*\n.*\n/,
      'readinessProbe:\n            exec: {command: [check]}\n',
    ),
    /is a command/,
  ],
  [
    'command',
    'loses',
    change('image: shop:1', 'command: [npm, start]'),
    /npm, which does not pass SIGTERM on/,
  ],
  ['command', 'may lose', change('image: shop:1', 'command: [/bin/sh, -c, node a.js | tee log]'), /a shell/],
  [
    'command',
    'loses',
    change('image: shop:1', 'command: [/sbin/tini, --, /usr/bin/npm, start]'),
    /npm, which does not pass SIGTERM on/,
  ],
  ['command', 'loses', change('image: shop:1', 'args: [yarn, start]'), /yarn, which does not pass/],
  ['rollout', 'may lose', change('minReadySeconds: 5', 'minReadySeconds: 0'), /minReadySeconds is 0/],
  [
    'rollout',
    'loses',
    change('  replicas: 3', '  replicas: 3\n  strategy: {type: Recreate}'),
    /strategy is Recreate/,
  ],
  [
    'rollout',
    'loses',
    change('  replicas: 3', '  replicas: 3\n  strategy: {rollingUpdate: {maxUnavailable: 100%}}'),
    /take away all 3 of 3 replicas/,
  ],
  [
    'rollout',
    'loses',
    change('  replicas: 3', '  replicas: 3\n  strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 0}}'),
    /no pod could ever be replaced/,
  ],
  [
    'rollout',
    'loses',
    change('kind: Deployment', 'kind: StatefulSet').replace('replicas: 3', 'replicas: 1'),
    /a StatefulSet removes a pod before/,
  ],
  [
    'sidecars',
    'may lose',
    change('        - name: app', '        - name: proxy\n        - name: app'),
    /container proxy gets SIGTERM before app/,
  ],
]

test('nothing is found in a manifest that was patched', () => {
  assert.deepEqual(check(good), [])
})

for (const [rule, certainty, text, said] of faults) {
  test(`${rule} finds ${String(said)}`, () => {
    const found = check(text)
    assert.deepEqual(
      found.map(([id, how]) => [id, how]),
      [[rule, certainty]],
      JSON.stringify(found, undefined, 2),
    )
    assert.match(found[0]?.[2] ?? '', said)
  })
}

test('a preStop sleep alone, without lastcall, may lose requests', () => {
  const text = deployment(
    'lifecycle: {preStop: {sleep: {seconds: 5}}}\nreadinessProbe: {httpGet: {path: /, port: 1}}',
  )
  assert.deepEqual(
    check(text).map(([rule, how]) => [rule, how]),
    [
      ['lifecycle', 'may lose'],
      ['rollout', 'may lose'],
    ],
  )
})

test('lastcall/auto in a job is found', () => {
  const text = `apiVersion: batch/v1
kind: Job
metadata: {name: migrate}
spec: {template: {spec: {containers: [{name: a, env: [{name: NODE_OPTIONS, value: --import lastcall/auto}]}]}}}
`
  assert.deepEqual(
    check(text).map(([rule]) => rule),
    ['auto'],
  )
})

test('a pod that nothing replaces may lose requests, and a sidecar that is native ends in time', () => {
  const text = good
    .replace(
      /^apiVersion[^]*?containers:/,
      'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n      containers:',
    )
    .replace(
      '      containers:',
      '      initContainers: [{name: proxy, restartPolicy: Always}]\n      containers:',
    )
  assert.deepEqual(
    check(text).map(([rule, how]) => [rule, how]),
    [['rollout', 'may lose']],
  )
})

test('the guide has a row for every rule', () => {
  const guide = readFileSync(new URL('../../docs/guides/kube-patch.md', import.meta.url), 'utf8')
  assert.deepEqual(
    ruleIds.filter((rule) => !guide.includes(`| \`${rule}\` `)),
    [],
  )
})
