import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LastcallError } from '../../src/core/errors.ts'
import { deployment, patch, type Wishes } from './patch.ts'

/** What is wrong, the text, what is asked for, and what the message has to say. */
const refused: readonly (readonly [title: string, text: string, wishes: Wishes, said: RegExp])[] = [
  ['no YAML', 'a: [1\nb: {', {}, /shop\.yaml: document 1, line \d: .*; the file has to be YAML or JSON$/],
  [
    'a list that ends too far to the left',
    'a:\n  b: [\n1\n]\n',
    {},
    /Flow sequence in block collection must be/,
  ],
  ['a tab', 'kind: Pod\nmetadata:\n\tname: a\n', {}, /line 3: Tabs are not allowed as indentation/],
  ['a key twice', 'kind: Pod\nkind: Pod\n', {}, /line 2: Map keys must be unique/],
  ['a Helm template', 'kind: {{ .Values.kind }}\n', {}, /shop\.yaml: document 1, line 1: .*helm template/],
  ['no Kubernetes object', 'replicas: 3\n', {}, /there is no Deployment or other workload/],
  [
    'no Kubernetes object beside one',
    `${deployment()}---\nreplicas: 3\n`,
    {},
    /document 2, line 13: this is no Kubernetes object/,
  ],
  ['no text', '', {}, /there is no Deployment or other workload/],
  [
    'a name that is not there',
    deployment(),
    { names: ['shpo'] },
    /--name shpo: no workload has this name; there are deployment\/shop/,
  ],
  [
    'no pod',
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\n',
    {},
    /spec\.template\.spec is missing/,
  ],
  [
    'a container that is not there',
    deployment(),
    { container: 'web' },
    /--container is 'web', and the containers are app/,
  ],
  [
    'several containers',
    deployment().replace('        - name: app', '        - name: proxy\n        - name: app'),
    {},
    /line 9: deployment\/shop: there are 2 containers \(proxy, app\): name the one that serves with --container/,
  ],
  [
    'containers that are no list',
    deployment().replace(/containers:[^]*/, 'containers: {}\n'),
    {},
    /no list of containers/,
  ],
  [
    'a grace period with a unit',
    deployment('', 'terminationGracePeriodSeconds: 30s'),
    {},
    /is "30s", wanted whole seconds/,
  ],
  [
    'a grace period below the sum',
    deployment(),
    { asked: { gracePeriodMs: 20_000 } },
    /--grace-period is 20s, and preStop 5s \+/,
  ],
  ['env that is no list', deployment('env: {A: b}'), {}, /env is no list/],
  ['a probe that is none', deployment('readinessProbe: [1]'), {}, /readinessProbe has no keys/],
  [
    'a variable twice',
    deployment('env: [{name: LASTCALL_PRE_STOP, value: 5s}, {name: LASTCALL_PRE_STOP, value: 6s}]'),
    {},
    /env has LASTCALL_PRE_STOP more than once/,
  ],
  [
    'a number that cannot be read',
    deployment('env: [{name: LASTCALL_DRAIN_TIMEOUT, value: soon}]'),
    {},
    /line 10: deployment\/shop: LASTCALL_DRAIN_TIMEOUT is 'soon', wanted a duration/,
  ],
  [
    'a number from elsewhere',
    deployment('env: [{name: LASTCALL_DRAIN_TIMEOUT, valueFrom: {configMapKeyRef: {name: a, key: b}}}]'),
    { asked: { drainTimeoutMs: 5_000 } },
    /LASTCALL_DRAIN_TIMEOUT has a valueFrom/,
  ],
  [
    'a number without quotes',
    deployment('env: [{name: LASTCALL_PROBE_PORT, value: 9000}]'),
    {},
    /LASTCALL_PROBE_PORT is 9000 without quotes, and Kubernetes takes only text: put it in quotes/,
  ],
  [
    'a probe port that is none',
    deployment('env: [{name: LASTCALL_PROBE_PORT, value: "0"}]'),
    {},
    /LASTCALL_PROBE_PORT is '0', which means any free port/,
  ],
  [
    'NODE_OPTIONS from elsewhere',
    deployment('env: [{name: NODE_OPTIONS, valueFrom: {configMapKeyRef: {name: a, key: b}}}]'),
    { auto: true },
    /NODE_OPTIONS has a valueFrom, and --auto has to append to it/,
  ],
  [
    'a hook of unknown length',
    deployment('lifecycle: {preStop: {httpGet: {path: /drain, port: 3000}}}'),
    {},
    /the preStop hook is httpGet.*say it with --pre-stop/,
  ],
  [
    'a hook that contradicts',
    deployment('lifecycle: {preStop: {exec: {command: [sleep, "10"]}}}'),
    { asked: { preStopMs: 5_000 } },
    /the preStop hook sleeps 10s and --pre-stop is 5s: change the command/,
  ],
  [
    'a hook that is not wanted',
    deployment('lifecycle: {preStop: {sleep: {seconds: 10}}}'),
    { asked: { preStopMs: 0 } },
    /sleeps 10s and --pre-stop is 0s: take the hook out/,
  ],
  [
    "the server's own port",
    deployment('ports: [{containerPort: 8081, name: http}]'),
    {},
    /port 8081 \(http\) of container app/,
  ],
  [
    "the server's PORT",
    deployment('env: [{name: PORT, value: "8081"}]'),
    {},
    /PORT and the port of the probe server are both 8081/,
  ],
  [
    'a port of a sidecar',
    deployment('', 'initContainers: [{name: proxy, restartPolicy: Always, ports: [{containerPort: 8081}]}]'),
    {},
    /port 8081 of container proxy/,
  ],
  [
    'a port of that name',
    deployment('ports: [{containerPort: 9000, name: probes}]'),
    {},
    /has a port named probes with the number 9000/,
  ],
  [
    'a merge key that another container has as well',
    deployment().replace(
      /- name: app[^]*/,
      '- &app {name: app, image: shop:1}\n        - {<<: *app, name: worker}\n',
    ),
    { container: 'app' },
    /document 1, line 1: this document cannot be patched without a change elsewhere/,
  ],
]

for (const [title, text, wishes, said] of refused) {
  test(`${title} is refused, with its place and the remedy`, () => {
    assert.throws(() => patch(text, wishes), { code: 'LASTCALL_MANIFEST', message: said })
  })
}

test('all problems of all workloads come at once', () => {
  const text = `${deployment('env: {A: b}')}---\n${deployment('ports: [{containerPort: 8081}]')}`
  assert.throws(
    () => patch(text),
    (error) => error instanceof LastcallError && error.problems.length === 2,
  )
})

test('no message has a value of the manifest that may be a secret', () => {
  const secret = 'hunter2'
  const texts = [
    `kind: Secret\ndata:\n  password: "${secret}\n`,
    `kind: Secret\npassword: [${secret}\nother: ]`,
    `kind: Secret\npassword: @${secret}`,
    `kind: Secret\npassword: *${secret}`,
    `kind: Secret\npassword: |${secret}\n  a`,
    `kind: Secret\npassword: "\\q${secret}"`,
    deployment(`env: [{name: NODE_OPTIONS, value: ${secret}}, {name: NODE_OPTIONS, value: ${secret}}]`),
  ]
  for (const text of texts) {
    assert.throws(
      () => patch(text),
      (error) => error instanceof LastcallError && !error.message.includes(secret),
      text,
    )
  }
})
