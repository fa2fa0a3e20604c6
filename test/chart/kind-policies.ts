/**
 * What the policies of charts/lastcall-policies do in a real API server.
 * {@link file://../../e2e/admission.ts} runs it with the KUBECONFIG of a cluster where they are installed.
 */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { createAdmission, podOf } from '../../e2e/policies.ts'
import { imageOf } from '../../e2e/images.ts'
import { checkBudget } from '../../src/core/budget.ts'
import { formatDuration } from '../../src/core/duration.ts'
import { type ResolvedOptions, resolveOptions } from '../../src/core/options.ts'
import { renderDeployment } from './helm.ts'
import { type Container, type EnvVar, environmentOf, podOf as specOf, type PodSpec } from './manifest.ts'

/** Pods of a property that the API server is asked about. */
const SAMPLES = { numRuns: 100, seed: 9 }

const admit = createAdmission()

/** The pod that the API server would create. */
async function created(pod: object): Promise<PodSpec> {
  return (await admit<{ spec: PodSpec }>(pod)).spec
}

/** What a policy says against a pod. */
async function refused(pod: object): Promise<string> {
  const said = await admit(pod).then(() => 'created', String)
  const [, words] = /denied request: (.*)/.exec(said) ?? []
  assert.ok(words !== undefined, `not refused by a policy: ${said}`)
  return words
}

const valuesOf = ({ env }: Pick<Container, 'env'>): Record<string, string> =>
  Object.fromEntries(env.map(({ name, value = '' }) => [name, value]))

const envOf = (values: Readonly<Record<string, string>>): readonly EnvVar[] =>
  Object.entries(values).map(([name, value]) => ({ name, value }))

/** What lastcall itself makes of a container's environment. */
const optionsIn = (env: Readonly<Record<string, string>>): ResolvedOptions =>
  resolveOptions({}, { KUBERNETES_SERVICE_HOST: '10.0.0.1', ...env }).options

const sleep = (seconds: number): object => ({ preStop: { sleep: { seconds } } })

const ms = fc.oneof(
  fc.integer({ min: 0, max: 20 }).map((seconds) => seconds * 1_000),
  fc.integer({ min: 0, max: 20_000 }),
)
const written = fc.option(ms.map(formatDuration).chain((text) => fc.constantFrom(text, '0.25m', '', '0')))
const anyPod = fc.record({
  env: fc
    .record({
      LASTCALL_PRE_STOP: written,
      LASTCALL_SHUTDOWN_DELAY: written,
      LASTCALL_DRAIN_TIMEOUT: written,
      LASTCALL_HOOKS_TIMEOUT: written,
    })
    .map((env) => Object.fromEntries(Object.entries(env).filter(([, text]) => text !== null))),
  seconds: fc.option(fc.integer({ min: 1, max: 10 })),
  grace: fc.integer({ min: 10, max: 60 }),
})

function pieces({ env, seconds, grace }: { env: object; seconds: number | null; grace: number }): {
  container: object
  spec: object
} {
  const hook = seconds === null ? {} : { lifecycle: sleep(seconds) }
  const container = { env: envOf(env as Record<string, string>), ...hook }
  return { container, spec: { terminationGracePeriodSeconds: grace } }
}

suite('the policy that checks', () => {
  test('its sum is that of lastcall, in the same words', async () => {
    const verdicts = new Set<boolean>()
    await fc.assert(
      fc.asyncProperty(anyPod, async (pod) => {
        const { container, spec } = pieces(pod)
        const options = optionsIn(pod.env as Record<string, string>)
        const preStopMs = pod.seconds === null ? options.preStopMs : pod.seconds * 1_000
        const [problem] = checkBudget({ ...options, preStopMs }, pod.grace * 1_000)
        verdicts.add(problem === undefined)
        const asked = podOf('check', container, spec)
        if (problem === undefined) await created(asked)
        else assert.equal(await refused(asked), `container app: ${problem}`)
      }),
      SAMPLES,
    )
    assert.deepEqual(verdicts, new Set([true, false]))
  })

  const env = (name: string, value: string): object => ({ env: [{ name, value }] })
  const fromSecret = (name: string): object => ({
    env: [{ name, valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } }],
  })
  const exec = { preStop: { exec: { command: ['sleep', '5'] } } }
  const refusals: readonly (readonly [string, object, RegExp])[] = [
    ['a label that says something else', podOf('yes'), /lastcall\.dev\/policy is yes: set it to check, set/],
    [
      'a duration that lastcall cannot read',
      podOf('check', env('LASTCALL_DRAIN_TIMEOUT', '15 s')),
      /^container app: LASTCALL_DRAIN_TIMEOUT is 15 s, which cannot be added up: give it a duration such as 5s/,
    ],
    [
      'a duration that cannot be seen',
      podOf('set', fromSecret('LASTCALL_DRAIN_TIMEOUT')),
      /LASTCALL_DRAIN_TIMEOUT has a valueFrom, which cannot be added up/,
    ],
    [
      'a grace period that cannot be seen',
      podOf('set', fromSecret('LASTCALL_GRACE_PERIOD')),
      /LASTCALL_GRACE_PERIOD has a valueFrom, which cannot be added up/,
    ],
    [
      'a hook whose time cannot be seen',
      podOf('set', { lifecycle: exec }),
      /how long its preStop hook takes cannot be seen: replace it by the sleep action, or say it in LASTCALL_PRE_STOP/,
    ],
    [
      'a grace period that lastcall would be wrong about',
      podOf('check', env('LASTCALL_GRACE_PERIOD', '60s')),
      /LASTCALL_GRACE_PERIOD and terminationGracePeriodSeconds \(30s\) differ/,
    ],
    [
      'NODE_OPTIONS that nothing can be appended to',
      podOf('auto', fromSecret('NODE_OPTIONS')),
      /label lastcall\.dev\/policy is auto, and nothing has put lastcall\/auto into NODE_OPTIONS/,
    ],
    [
      'the name of a container that is not there',
      annotated(podOf('set'), 'server'),
      /annotation lastcall\.dev\/container is server, and the pod has no such container: name one of app/,
    ],
  ]
  for (const [what, pod, words] of refusals) {
    test(`${what} is refused`, async () => assert.match(await refused(pod), words))
  }

  test('a hook whose time is said is part of the sum', async () => {
    const told = { lifecycle: exec, ...env('LASTCALL_PRE_STOP', '6s') }
    assert.match(await refused(podOf('check', told)), /preStop 6s \+ .* = 31s is more than the grace period/)
    assert.equal((await created(podOf('set', told))).terminationGracePeriodSeconds, 31)
  })
})

function annotated(pod: object, container: string): object {
  const { metadata } = pod as { metadata: object }
  return { ...pod, metadata: { ...metadata, annotations: { 'lastcall.dev/container': container } } }
}

suite('the policy that sets', () => {
  test('a bare pod gets the numbers and the environment of the application chart', async () => {
    const ours = await renderDeployment()
    const spec = await created(podOf('set'))
    const { PORT: _, ...environment } = environmentOf(ours)
    assert.deepEqual(valuesOf(spec.containers[0]), environment)
    assert.deepEqual(spec.containers[0].lifecycle, specOf(ours).containers[0].lifecycle)
    assert.equal(spec.terminationGracePeriodSeconds, specOf(ours).terminationGracePeriodSeconds)
  })

  test('whatever a pod has, its numbers add up afterwards, and a second pass changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(anyPod, async (pod) => {
        const { container, spec } = pieces(pod)
        const set = await created(podOf('set', container, spec))
        const [app] = set.containers
        const options = optionsIn(valuesOf(app))
        assert.deepEqual(checkBudget(options, options.gracePeriodMs), [])
        assert.equal(options.gracePeriodMs, set.terminationGracePeriodSeconds * 1_000)
        assert.equal(options.preStopMs, (app.lifecycle?.preStop.sleep.seconds ?? 0) * 1_000)
        assert.ok(set.terminationGracePeriodSeconds >= pod.grace)
        assert.deepEqual(await created(podOf('set', app, set)), set)
      }),
      SAMPLES,
    )
  })

  test('what a pod has is kept, in its place', async () => {
    const env = envOf({ A: 'b', LASTCALL_DRAIN_TIMEOUT: '40s', LASTCALL_PROBE_PORT: '9000', C: '$(A)' })
    const postStart = { httpGet: { path: '/', port: 80 } }
    const lifecycle = { postStart, ...sleep(10) }
    const spec = await created(podOf('set', { env, lifecycle }, { terminationGracePeriodSeconds: 90 }))
    const [app] = spec.containers
    assert.deepEqual(app.env.slice(0, 4), env)
    assert.equal(valuesOf(app)['LASTCALL_PRE_STOP'], '10s')
    assert.equal(valuesOf(app)['LASTCALL_GRACE_PERIOD'], '90s')
    assert.equal(spec.terminationGracePeriodSeconds, 90)
    assert.equal(app.lifecycle?.preStop.sleep.seconds, 10)
    const hooked = await created(podOf('set', { lifecycle: { postStart } }))
    assert.deepEqual(Object.keys(hooked.containers[0].lifecycle ?? {}).toSorted(), ['postStart', 'preStop'])
  })

  test('of several containers the first is set, or the one that the annotation names', async () => {
    const [app] = (podOf('set') as { spec: PodSpec }).spec.containers
    const pod = (name: string): object => {
      const two = podOf('set') as { spec: object }
      return annotated({ ...two, spec: { ...two.spec, containers: [app, { ...app, name: 'other' }] } }, name)
    }
    for (const [name, place] of [
      ['app', 0],
      ['other', 1],
    ] as const) {
      const containers = (await created(pod(name))).containers as readonly Container[]
      assert.ok(containers[place]?.lifecycle, name)
      assert.equal('env' in (containers[1 - place] ?? {}), false, name)
    }
  })

  test('a sidecar that comes in front later stays as it is', async () => {
    const set = await created(podOf('set'))
    const sidecar = { ...(podOf('set') as { spec: PodSpec }).spec.containers[0], name: 'sidecar' }
    const pod = podOf('set', {}, set) as { spec: object }
    const containers = [sidecar, ...set.containers]
    const [first, second] = (await created({ ...pod, spec: { ...set, containers } }))
      .containers as readonly Container[]
    assert.equal('env' in (first ?? {}), false)
    assert.deepEqual(second, set.containers[0])
  })

  test('auto appends to NODE_OPTIONS, and copies the package as the server runs', async () => {
    const env = envOf({ NODE_OPTIONS: '--enable-source-maps', LAST: 'one' })
    const spec = await created(podOf('auto', { env }))
    const [app] = spec.containers
    assert.deepEqual(app.env.slice(0, 2), [
      {
        name: 'NODE_OPTIONS',
        value: '--enable-source-maps --import /opt/lastcall/dist/integrations/auto/index.js',
      },
      { name: 'LAST', value: 'one' },
    ])
    const [copier] = spec['initContainers'] as readonly Container[]
    assert.equal(copier?.['image'], imageOf('fastify'))
    assert.deepEqual(copier?.securityContext, app.securityContext)
    assert.deepEqual(await created(podOf('auto', app, spec)), spec)
  })

  test('set leaves NODE_OPTIONS alone, and no label everything', async () => {
    const env = envOf({ NODE_OPTIONS: '--enable-source-maps' })
    const spec = await created(podOf('set', { env }))
    assert.equal(valuesOf(spec.containers[0])['NODE_OPTIONS'], '--enable-source-maps')
    assert.equal('initContainers' in spec, false)
    const { metadata, ...rest } = podOf('set', { env }) as { metadata: object }
    const plain = await created({ ...rest, metadata: { ...metadata, labels: {} } })
    assert.deepEqual(plain.containers[0].env, env)
    assert.equal(plain.terminationGracePeriodSeconds, 30)
  })
})
