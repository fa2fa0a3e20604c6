/**
 * What the mutation of charts/lastcall-policies makes of pods in a real API server. {@link
 * file://../../e2e/admission.ts} runs it with the KUBECONFIG of a cluster where the policies are installed.
 */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { podOf } from '../../e2e/policies.ts'
import { imageOf } from '../../e2e/images.ts'
import { checkBudget } from '../../src/core/budget.ts'
import { annotated, anyPod, created, envOf, optionsIn, pieces, SAMPLES, sleep, valuesOf } from './admitted.ts'
import { renderDeployment } from './helm.ts'
import { type Container, environmentOf, podOf as specOf, type PodSpec } from './manifest.ts'

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
