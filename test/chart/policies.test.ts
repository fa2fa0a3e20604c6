import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runInNewContext } from 'node:vm'

import * as defaults from '../../src/core/defaults.ts'
import { chartSuite, ofKind, refusal, renderChart, renderDeployment, runHelm, test } from './helm.ts'
import { type Container, containerOf, environmentOf, type Manifest, podOf } from './manifest.ts'

const chart = fileURLToPath(new URL('../../charts/lastcall-policies', import.meta.url))
const kubeVersion = '1.34.0'
const engines = ['validating', 'mutating', 'kyverno'] as const

interface PolicySpec {
  readonly matchConstraints: object
  readonly variables: readonly { readonly name: string; readonly expression: string }[]
  readonly mutations: readonly [{ readonly jsonPatch: { readonly expression: string } }]
}

const lifecycle = {
  preStop: { seconds: 11 },
  shutdownDelaySeconds: 12,
  readinessFailDelaySeconds: 13,
  drainTimeoutSeconds: 14,
  hooksTimeoutSeconds: 15,
  marginSeconds: 16,
}

async function render(values: object, kind: string, version = kubeVersion): Promise<Manifest> {
  return ofKind(await renderChart({ ...values }, { chart, kubeVersion: version }), kind)
}

const specOf = ({ spec }: Manifest): PolicySpec => spec as unknown as PolicySpec

function expressionOf(spec: PolicySpec, name: string): string {
  return spec.variables.find((variable) => variable.name === name)?.expression ?? ''
}

/**
 * Evaluates CEL that is JavaScript as well, as long as times are numbers that are divided without a rest.
 * Milliseconds.
 */
function evaluate(expression: string, variables: Readonly<Record<string, number>>): unknown {
  return runInNewContext(expression, { variables, string: String })
}

/** Names and values of the environment that a pod gets. Milliseconds. */
function settingsIn(
  expression: string,
  preStop: number,
  shutdownDelay: number,
): Readonly<Record<string, unknown>> {
  const pairs = expression.matchAll(/\{'name': '(\w+)', 'value': ([^}]*)\}/g)
  const valueOf = (value = ''): unknown => evaluate(value, { preStop, shutdownDelay })
  return Object.fromEntries([...pairs].map(([, name, value]) => [name, valueOf(value)]))
}

/** The milliseconds of a time that the pod does not say. */
function defaultIn(spec: PolicySpec, name: string, preStop: number): number {
  const [, value = ''] = /^\[\[([^\]]*)\]/.exec(expressionOf(spec, name)) ?? []
  return evaluate(value, { preStop }) as number
}

chartSuite('chart lastcall-policies', () => {
  for (const name of ['', ...readdirSync(`${chart}/ci`)]) {
    test(`helm lint --strict has nothing against ${name || 'the defaults'}`, async () => {
      const file = name === '' ? [] : ['--values', `${chart}/ci/${name}`]
      const { code, stdout, stderr } = await runHelm(['lint', '--strict', chart, ...file])
      assert.equal(code, 0, stdout + stderr)
      assert.doesNotMatch(stdout, /\[(WARNING|ERROR)\]/)
    })
  }

  for (const values of [{ lifecycle: { readinessFailDelaySeconds: 0 } }, { lifecycle, probePort: 9_000 }]) {
    const which = 'probePort' in values ? 'other values' : 'the defaults'
    test(`with ${which} a pod gets the environment and the sleep of the application chart`, async () => {
      const ours = specOf(await render({ ...values, engine: 'mutating' }, 'MutatingAdmissionPolicy'))
      const theirs = await renderDeployment(values, { kubeVersion })
      const { PORT: _, LASTCALL_PRE_STOP, LASTCALL_GRACE_PERIOD, ...settings } = environmentOf(theirs)
      const seconds = Number(containerOf(theirs).lifecycle?.preStop.sleep.seconds)
      const delay = defaultIn(ours, 'shutdownDelay', seconds * 1_000)
      assert.deepEqual(settingsIn(expressionOf(ours, 'settings'), seconds * 1_000, delay), settings)
      assert.match(expressionOf(ours, 'mirrors'), /'LASTCALL_GRACE_PERIOD'.*'LASTCALL_PRE_STOP'/)
      assert.equal(`${seconds}s`, LASTCALL_PRE_STOP)
      assert.ok(
        ours.mutations[0].jsonPatch.expression.includes(`{'preStop': {'sleep': {'seconds': ${seconds}}}}`),
      )
      assert.ok(expressionOf(ours, 'preStop').includes(`'none' ? ${seconds}000`))
      assert.equal(LASTCALL_GRACE_PERIOD, `${sumOf(ours) / 1_000}s`)
    })
  }

  test('readiness stays green to the end of the shutdown delay of a pod without a hook', async () => {
    const values = { engine: 'mutating', lifecycle: { preStop: { seconds: 0 } } }
    const settings = expressionOf(specOf(await render(values, 'MutatingAdmissionPolicy')), 'settings')
    const valueFor = (preStop: number, shutdownDelay: number): unknown =>
      settingsIn(settings, preStop, shutdownDelay)['LASTCALL_READINESS_FAIL_DELAY']
    assert.equal(valueFor(0, 5_000), '5s')
    assert.equal(valueFor(0, 8_500), '8500ms')
    assert.equal(valueFor(4_000, 5_000), '0s')
  })

  test('a pod without a hook waits as long itself as with the application chart', async () => {
    const values = { lifecycle: { preStop: { seconds: 0 } } }
    const ours = specOf(await render({ ...values, engine: 'mutating' }, 'MutatingAdmissionPolicy'))
    const theirs = environmentOf(await renderDeployment(values, { kubeVersion }))
    const delay = defaultIn(ours, 'shutdownDelay', 0)
    const { LASTCALL_SHUTDOWN_DELAY, LASTCALL_READINESS_FAIL_DELAY } = settingsIn(
      expressionOf(ours, 'settings'),
      0,
      delay,
    )
    assert.equal(LASTCALL_SHUTDOWN_DELAY, '5s')
    assert.equal(LASTCALL_SHUTDOWN_DELAY, theirs['LASTCALL_SHUTDOWN_DELAY'])
    assert.equal(LASTCALL_READINESS_FAIL_DELAY, theirs['LASTCALL_READINESS_FAIL_DELAY'])
    assert.equal(theirs['LASTCALL_GRACE_PERIOD'], `${sumOf(ours) / 1_000}s`)
    // A hook of the pod's own is kept, and is one all the same.
    assert.equal(defaultIn(ours, 'shutdownDelay', 7_000), 2_000)
  })

  test('auto imports what the application chart imports, and copies it in the same way', async () => {
    for (const autoImage of ['', 'team/lastcall:1.2.3']) {
      const theirs = await renderDeployment({ lifecycle: { auto: true, autoImage } })
      const values = { engine: 'mutating', lifecycle: { autoImage } }
      const ours = specOf(await render(values, 'MutatingAdmissionPolicy'))
      const { NODE_OPTIONS = '' } = environmentOf(theirs)
      assert.ok(expressionOf(ours, 'imports').includes(`'${NODE_OPTIONS}'`))
      const { expression } = ours.mutations[0].jsonPatch
      const [copier] = (podOf(theirs)['initContainers'] ?? []) as readonly Container[]
      assert.equal(expression.includes('initContainers'), copier !== undefined)
      const [, , script = ''] = (copier?.['command'] ?? []) as readonly string[]
      assert.ok(expression.includes(script.replaceAll("'", '"')))
    }
  })

  test('a pod without numbers is checked with those that lastcall has in Kubernetes', async () => {
    const spec = specOf(await render({ lifecycle }, 'ValidatingAdmissionPolicy'))
    const wanted = {
      told: 0,
      shutdownDelay: defaults.DEFAULT_SHUTDOWN_DELAY_IN_KUBERNETES_MS,
      drainTimeout: defaults.DEFAULT_DRAIN_TIMEOUT_MS,
      hooksTimeout: defaults.DEFAULT_HOOKS_TIMEOUT_MS,
    }
    for (const [name, ms] of Object.entries(wanted)) {
      assert.ok(expressionOf(spec, name).startsWith(`[[${ms}] + `), name)
    }
  })

  test('Kyverno gets the very expressions that the API server gets', async () => {
    const [api, kyverno] = [
      specOf(await render({ engine: 'mutating', lifecycle }, 'MutatingAdmissionPolicy')),
      specOf(await render({ engine: 'kyverno', lifecycle }, 'MutatingPolicy')),
    ]
    for (const part of ['variables', 'mutations', 'matchConstraints'] as const) {
      assert.deepEqual(kyverno[part], api[part], part)
    }
  })

  for (const engine of engines) {
    test(`with engine ${engine} labelled pods are checked, in the namespaces that are asked for`, async () => {
      const namespaceSelector = { matchLabels: { team: 'shop' } }
      const manifests = await renderChart({ engine, namespaceSelector }, { chart, kubeVersion })
      const policies = manifests.filter(({ kind }) => !kind.endsWith('Binding'))
      assert.equal(policies.length, engine === 'validating' ? 1 : 2)
      assert.ok(policies.some(({ kind }) => kind === 'ValidatingAdmissionPolicy'))
      for (const policy of policies) {
        const { objectSelector, namespaceSelector: selected } = specOf(policy).matchConstraints as {
          objectSelector: { matchExpressions: readonly [{ key: string }] }
          namespaceSelector: object
        }
        assert.equal(objectSelector.matchExpressions[0].key, 'lastcall.dev/policy')
        assert.deepEqual(selected, namespaceSelector)
      }
    })
  }

  test('the mutating policy has the version that the cluster serves', async () => {
    const values = { engine: 'mutating' }
    for (const [version, wanted] of [
      ['1.34.0', 'v1beta1'],
      ['1.35.1-eks-1', 'v1beta1'],
      ['1.36.0', 'v1'],
    ] as const) {
      const { apiVersion } = await render(values, 'MutatingAdmissionPolicy', version)
      assert.equal(apiVersion, `admissionregistration.k8s.io/${wanted}`)
    }
    const said = await refusal(values, { chart, kubeVersion: '1.33.0' })
    assert.match(said, /engine is mutating, and Kubernetes v1\.33\.0 has no .*: set engine to kyverno or/)
  })

  test('an engine that does not exist and a misspelled value are refused', async () => {
    const noDelay = { lifecycle: { preStop: { seconds: 0 }, shutdownDelaySeconds: 0 } }
    assert.match(await refusal(noDelay, { chart }), /are 0: every labelled pod would refuse requests/)
    assert.match(await refusal({ engine: 'opa' }, { chart }), /engine.*'validating', 'mutating', 'kyverno'/)
    assert.match(await refusal({ lifecycle: { drainTimeout: 5 } }, { chart }), /'drainTimeout' not allowed/)
  })
})

/** The grace period of a bare pod, margin included, from the expressions. Milliseconds. */
function sumOf(spec: PolicySpec): number {
  const numberIn = (name: string, place: RegExp): number => Number(place.exec(expressionOf(spec, name))?.[1])
  const preStop = numberIn('preStop', /'none' \? (\d+)/)
  return ['shutdownDelay', 'drainTimeout', 'hooksTimeout'].reduce(
    (sum, name) => sum + defaultIn(spec, name, preStop),
    preStop + numberIn('newGrace', /variables\.sum \+ (\d+)/),
  )
}
