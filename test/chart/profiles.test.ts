import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

import {
  chartPath,
  chartSuite,
  installNotes,
  ofKind,
  refusal,
  renderChart,
  test,
  type Values,
} from './helm.ts'
import { containerOf, type Deployment, environmentOf, podOf } from './manifest.ts'

interface Profile {
  readonly delaySeconds: number
  readonly leastDelaySeconds: number
  readonly minReadySeconds: number
  readonly gate?: string
}

const profiles = Object.entries(
  parse(readFileSync(join(chartPath, 'files/profiles.yaml'), 'utf8')) as Readonly<Record<string, Profile>>,
)
const [elb, alb] = ['service.beta.kubernetes.io/aws-load-balancer', 'alb.ingress.kubernetes.io']
const attributes = 'target-group-attributes'

async function annotationsOf(kind: string, values: Values): Promise<Readonly<Record<string, string>>> {
  return ofKind(await renderChart(values), kind).metadata.annotations ?? {}
}

async function deploymentOf(values: Values, kubeVersion = '1.34.0'): Promise<Deployment> {
  return ofKind<Deployment>(await renderChart(values, { kubeVersion }), 'Deployment')
}

chartSuite('chart profiles', () => {
  for (const [profile, { delaySeconds, leastDelaySeconds, minReadySeconds, gate }] of profiles) {
    test(`${profile} sets the delay, the grace period and minReadySeconds`, async () => {
      const deployment = await deploymentOf({ profile })
      assert.equal(containerOf(deployment).lifecycle?.preStop.sleep.seconds, delaySeconds)
      assert.equal(podOf(deployment).terminationGracePeriodSeconds, delaySeconds + 25)
      assert.equal(deployment.spec['minReadySeconds'], minReadySeconds)
    })

    test(`${profile} refuses a shorter delay with the sum and the remedy`, async () => {
      const lifecycle = { preStop: { seconds: 0 }, shutdownDelaySeconds: 1 }
      const said = await refusal({ profile, lifecycle })
      assert.ok(said.includes(`profile is ${profile}, which sends requests to a deleted pod for`))
      assert.ok(said.includes('preStop 0 + shutdown delay 1 = 1 s'))
      assert.ok(said.includes(`to null (${delaySeconds}) or to at least ${leastDelaySeconds - 1}`))
      await renderChart({ profile, lifecycle: { ...lifecycle, acceptLoss: true } })
      const least = { preStop: { seconds: leastDelaySeconds - 1 }, shutdownDelaySeconds: 1 }
      await renderChart({ profile, lifecycle: least })
    })

    test(`${profile} ${gate ? 'has a gate for new pods' : 'refuses a shorter minReadySeconds'}`, async () => {
      const values = { profile, minReadySeconds: minReadySeconds - 1 }
      if (gate) await renderChart(values)
      else assert.match(await refusal(values), /which needs \d+ s to learn of a new pod, and minReadySeconds/)
      await renderChart({ profile, minReadySeconds: minReadySeconds + 1 })
    })
  }

  test('the schema has the same profiles', () => {
    const schema = JSON.parse(readFileSync(join(chartPath, 'values.schema.json'), 'utf8')) as {
      properties: { profile: { enum: readonly unknown[] } }
    }
    const names = profiles.map(([name]) => name)
    assert.deepEqual(schema.properties.profile.enum, [null, '', ...names])
  })

  test('a profile that nobody knows is refused', async () => {
    assert.match(await refusal({ profile: 'alb' }), /\/profile.*'alb-ip'/s)
  })

  test('a blank profile is none', async () => {
    assert.deepEqual(await renderChart({ profile: null }), await renderChart())
  })

  test('without a hook, and on a cluster without one, the server waits as long', async () => {
    for (const [lifecycle, version, wanted] of [
      [{ preStop: { mode: 'none' } }, '1.34.0', '70s'],
      [{}, '1.29.0', '72s'],
    ] as const) {
      const environment = environmentOf(await deploymentOf({ profile: 'alb-ip', lifecycle }, version))
      assert.equal(environment['LASTCALL_PRE_STOP'], '0s')
      assert.equal(environment['LASTCALL_SHUTDOWN_DELAY'], wanted)
    }
  })

  test('a grace period that does not cover the profile is refused with the sum', async () => {
    const said = await refusal({ profile: 'alb-ip', lifecycle: { terminationGracePeriodSeconds: 60 } })
    assert.match(said, /PeriodSeconds is 60, and preStop 70 .* = 95 s: .*set it to at least 95/)
  })

  test('a deadline that a rollout behind the profile cannot keep is refused', async () => {
    const said = await refusal({ profile: 'alb-ip', progressDeadlineSeconds: 30 })
    assert.match(said, /minReadySeconds is 30 and progressDeadlineSeconds 30/)
  })

  test('the Application Load Balancer checks the probe server, and waits until the server has drained', async () => {
    assert.deepEqual(await annotationsOf('Service', { profile: 'alb-ip', probePort: 9_000 }), {
      [`${alb}/target-type`]: 'ip',
      [`${alb}/healthcheck-port`]: '9000',
      [`${alb}/healthcheck-path`]: '/readyz',
      [`${alb}/${attributes}`]: 'deregistration_delay.timeout_seconds=87',
    })
  })

  test('what the user writes wins over the annotations of the profile', async () => {
    const annotations = {
      [`${elb}-${attributes}`]: 'preserve_client_ip.enabled=true',
      [`${elb}-name`]: 'shop',
    }
    const service = { type: 'LoadBalancer', annotations }
    const shown = await annotationsOf('Service', { profile: 'nlb-ip', service })
    assert.equal(shown[`${elb}-${attributes}`], 'preserve_client_ip.enabled=true')
    assert.equal(shown[`${elb}-name`], 'shop')
    assert.equal(shown[`${elb}-healthcheck-port`], '8081')
  })

  test('providers get no time above the hour that they take', async () => {
    const lifecycle = { drainTimeoutSeconds: 7_200 }
    const shown = await annotationsOf('Service', { profile: 'alb-ip', lifecycle })
    assert.equal(shown[`${alb}/${attributes}`], 'deregistration_delay.timeout_seconds=3600')
  })

  test("the chart's own Ingress has the annotations of the profile, and the notes do not ask for them", async () => {
    const values = {
      profile: 'azure-agic',
      ingress: { enabled: true, hosts: [{ host: 'shop.test' }], annotations: { 'example.com/a': 'b' } },
    }
    const shown = await annotationsOf('Ingress', values)
    assert.equal(shown['appgw.ingress.kubernetes.io/health-probe-port'], '8081')
    assert.equal(shown['example.com/a'], 'b')
    assert.doesNotMatch(await installNotes(values), /Annotation of your Ingress/)
  })

  test('network endpoint groups are asked for', async () => {
    assert.deepEqual(await annotationsOf('Service', { profile: 'gke-neg' }), {
      'cloud.google.com/neg': '{"ingress": true}',
    })
  })

  test("Istio's sidecar outlives the server, and goes without the annotations of others", async () => {
    const deployment = await deploymentOf({ profile: 'istio', metrics: { scrapeAnnotations: true } })
    const { annotations } = (deployment.spec.template as { metadata: { annotations: object } }).metadata
    assert.deepEqual(annotations, {
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '8081',
      'prometheus.io/path': '/metrics',
      'proxy.istio.io/config': 'holdApplicationUntilProxyStarts: true\nterminationDrainDuration: 37s\n',
    })
  })
})

chartSuite('chart profiles after the installation', () => {
  for (const [profile, { gate }] of profiles) {
    test(`${profile} says how long it keeps idle connections`, async () => {
      const notes = await installNotes({ profile })
      assert.match(notes, new RegExp(`^Profile ${profile} \\(`, 'm'))
      assert.match(notes, /^- Keep-alive: .*server\.keepAliveTimeout/m)
      assert.equal(/^- Readiness gate: /m.test(notes), gate !== undefined)
      assert.doesNotMatch(notes, /<[a-zA-Z]+>|\\"/)
    })
  }

  test('the readiness gate is a label of the namespace', async () => {
    const notes = await installNotes({ profile: 'alb-ip' })
    assert.match(notes, /gate: kubectl label namespace default elbv2\.k8s\.aws\/pod-readiness-gate-inject=/)
  })

  test('annotations of the Ingress are shown with the numbers of the release', async () => {
    const notes = await installNotes({ profile: 'azure-agic', lifecycle: { drainTimeoutSeconds: 40 } })
    assert.match(notes, /Ingress: appgw\.ingress\.kubernetes\.io\/health-probe-port: "8081"/)
    assert.match(notes, /Ingress: appgw\.ingress\.kubernetes\.io\/connection-draining-timeout: "40"/)
  })

  test('a load balancer without a profile is warned about', async () => {
    const warning =
      /^service\.annotations has .*, and profile is empty: .* = \d+ s\. Set profile, or measure/m
    for (const name of [`${elb}-scheme`, 'cloud.google.com/neg', 'networking.gke.io/load-balancer-type']) {
      const service = { type: 'LoadBalancer', annotations: { [name]: 'internal' } }
      assert.match(await installNotes({ service }), warning)
      assert.doesNotMatch(await installNotes({ service, profile: 'gke-passthrough' }), warning)
      assert.doesNotMatch(await installNotes({ service: { ...service, type: 'ClusterIP' } }), warning)
    }
    const foreign = { type: 'LoadBalancer', annotations: { 'example.com/scheme': 'internal' } }
    assert.doesNotMatch(await installNotes({ service: foreign }), warning)
  })

  test('a profile whose load balancer the Service does not ask for is warned about', async () => {
    const warning = /^profile is nlb-ip and service\.type \w+: .* type LoadBalancer only/m
    assert.match(await installNotes({ profile: 'nlb-ip' }), warning)
    assert.doesNotMatch(await installNotes({ profile: 'nlb-ip', service: { type: 'LoadBalancer' } }), warning)
  })

  test('without a hook the refusal names the delay that counts', async () => {
    const lifecycle = { preStop: { mode: 'none' }, shutdownDelaySeconds: 10 }
    const message = await refusal({ profile: 'alb-ip', lifecycle })
    assert.match(message, /set lifecycle\.shutdownDelaySeconds to null \(70\) or to at least 40/)
  })

  test('a NetworkPolicy that keeps health checks from the probe port is warned about', async () => {
    for (const profile of ['alb-ip', 'nlb-ip', 'azure-agic', 'gke-neg']) {
      const networkPolicy = { enabled: true }
      const warned = await installNotes({ profile, networkPolicy })
      assert.match(warned, new RegExp(`load balancer of profile ${profile} asks the probe port`))
      const probesFrom = [{ ipBlock: { cidr: '10.0.0.0/16' } }]
      const fine = await installNotes({ profile, networkPolicy: { ...networkPolicy, probesFrom } })
      assert.doesNotMatch(fine, /asks the probe port/)
    }
    const inside = await installNotes({ profile: 'clusterIP', networkPolicy: { enabled: true } })
    assert.doesNotMatch(inside, /asks the probe port/)
  })
})
