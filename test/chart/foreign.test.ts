import assert from 'node:assert/strict'
import { before } from 'node:test'

import { chartSuite, ofKind, refusal, renderChart, renderDeployment, test, type Values } from './helm.ts'
import { withLibrary } from './library.ts'
import { containerOf, type Deployment, environmentOf, podOf } from './manifest.ts'

/** What the application chart makes of the same values. */
async function wanted(values: Values, kubeVersion?: string): Promise<Deployment> {
  return renderDeployment(values, kubeVersion === undefined ? {} : { kubeVersion })
}

const ownEnv = ({ name }: { readonly name: string }): boolean =>
  name === 'PORT' || name.startsWith('LASTCALL_')

/** Compares all that concerns a shutdown. */
function assertSameShutdown(theirs: Deployment, ours: Deployment): void {
  assert.equal(podOf(theirs).terminationGracePeriodSeconds, podOf(ours).terminationGracePeriodSeconds)
  for (const field of ['lifecycle', 'startupProbe', 'readinessProbe', 'livenessProbe'])
    assert.deepEqual(containerOf(theirs)[field], containerOf(ours)[field], field)
  assert.deepEqual(containerOf(theirs).env.filter(ownEnv), containerOf(ours).env.filter(ownEnv))
}

chartSuite('chart library in a chart like podinfo', () => {
  let chart = ''
  before(async () => {
    chart = await withLibrary('podinfo-like')
  })
  const render = async (values: Values = {}, kubeVersion?: string): Promise<Deployment> =>
    renderDeployment(values, { chart, ...(kubeVersion !== undefined && { kubeVersion }) })

  for (const kubeVersion of ['1.29.0', '1.34.0']) {
    test(`its pods shut down as those of the application chart on ${kubeVersion}`, async () => {
      const lifecycle = { preStop: { seconds: 40 }, drainTimeoutSeconds: 50, hooksTimeoutSeconds: 0 }
      const probes = { readiness: { periodSeconds: 1 } }
      const theirs = await render({ lastcall: { lifecycle, probes } }, kubeVersion)
      assertSameShutdown(theirs, await wanted({ lifecycle, probes, port: 9_898 }, kubeVersion))
    })
  }

  test('its own ports and environment stay', async () => {
    const deployment = await render({ extraEnvs: [{ name: 'A', value: 'b' }] })
    assert.deepEqual(containerOf(deployment)['ports'], [
      { name: 'http', containerPort: 9_898, protocol: 'TCP' },
      { name: 'probes', containerPort: 8_081, protocol: 'TCP' },
    ])
    const names = containerOf(deployment).env.map(({ name }) => name)
    assert.deepEqual([names.at(0), names.at(1), names.at(-1)], ['LOG_LEVEL', 'PORT', 'A'])
  })

  test('what does not add up is refused by the names of its own values', async () => {
    const values = { lastcall: { lifecycle: { terminationGracePeriodSeconds: 10, drain: 1 } } }
    assert.match(await refusal(values, { chart }), /lastcall\.lifecycle\.drain is not known/)
    const short = { lastcall: { lifecycle: { terminationGracePeriodSeconds: 10 } } }
    assert.match(
      await refusal(short, { chart }),
      /lastcall\.lifecycle\.terminationGracePeriodSeconds is 10, .* = 30 s/,
    )
  })
})

chartSuite('chart library in a chart like those of bitnami', () => {
  let chart = ''
  before(async () => {
    chart = await withLibrary('bitnami-like')
  })
  const render = async (values: Values = {}): Promise<Deployment> =>
    ofKind<Deployment>(await renderChart(values, { chart }), 'StatefulSet')

  const lifecycle = { preStop: { seconds: 20 }, drainTimeoutSeconds: 60, auto: true }

  test('its pods shut down as those of the application chart', async () => {
    const ours = await wanted({ lifecycle, port: 8_080, probePort: 9_090 })
    const theirs = await render()
    assertSameShutdown(theirs, ours)
    assert.equal(environmentOf(theirs)['NODE_OPTIONS'], '--import lastcall/auto')
  })

  test('NODE_OPTIONS of its values keep their place, and values are templates as ever', async () => {
    const extraEnvVars = [
      { name: 'HEAP', value: '{{ mul 2 128 }}' },
      { name: 'NODE_OPTIONS', value: '--max-old-space-size=$(HEAP)' },
      { name: 'LAST', value: 'x' },
    ]
    const { env } = containerOf(await render({ extraEnvVars }))
    assert.deepEqual(env.slice(-3), [
      { name: 'HEAP', value: '256' },
      { name: 'NODE_OPTIONS', value: '--max-old-space-size=$(HEAP) --import lastcall/auto' },
      { name: 'LAST', value: 'x' },
    ])
    assert.equal(env.filter(({ name }) => name === 'NODE_OPTIONS').length, 1)
  })

  test('a probe of its own takes the place of one, and a sidecar is not touched', async () => {
    const customLivenessProbe = { tcpSocket: { port: 'http' } }
    const sidecar = { name: 'proxy', image: 'proxy:1' }
    const deployment = await render({ customLivenessProbe, sidecars: [sidecar] })
    assert.deepEqual(containerOf(deployment)['livenessProbe'], customLivenessProbe)
    const containers: readonly unknown[] = podOf(deployment).containers
    assert.deepEqual(containers[1], sidecar)
  })

  test('switched off it leaves the chart as it was', async () => {
    const deployment = await render({ gracefulShutdown: { enabled: false } })
    assert.equal('terminationGracePeriodSeconds' in podOf(deployment), false)
    assert.deepEqual(containerOf(deployment), {
      name: 'shop',
      image: 'example.com/team/shop:1.2.3',
      env: [{ name: 'APP_MODE', value: 'production' }],
      ports: [{ name: 'http', containerPort: 8_080 }],
    })
  })
})
