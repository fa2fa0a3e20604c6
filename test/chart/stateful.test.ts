import assert from 'node:assert/strict'

import { chartSuite, installNotes, ofKind, refusal, renderChart, renderDeployment, test } from './helm.ts'
import type { Values } from './helm.ts'
import { type Deployment, podOf } from './manifest.ts'

const kind = 'StatefulSet'
const claim = { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } }

const render = async (values: Values = {}): Promise<Deployment> =>
  ofKind<Deployment>(await renderChart({ kind, ...values }), kind)

chartSuite('chart StatefulSet', () => {
  test('it is a Deployment but for the way it replaces pods', async () => {
    const [stateful, deployment] = [await render(), await renderDeployment()]
    const [own, other] = [podOf(stateful), podOf(deployment)].map((pod) => ({
      ...pod,
      topologySpreadConstraints: [],
    }))
    assert.deepEqual(own, other)
    const fields = ['progressDeadlineSeconds', 'strategy']
    assert.deepEqual(
      Object.keys(deployment.spec).filter((field) => !(field in stateful.spec)),
      fields,
    )
    assert.equal(stateful.spec['minReadySeconds'], 5)
    assert.deepEqual(stateful.spec['updateStrategy'], { type: 'RollingUpdate' })
  })

  test('its pods, which carry no pod-template-hash, are spread without it', async () => {
    assert.equal(JSON.stringify(await render()).includes('matchLabelKeys'), false)
  })

  test('a headless Service gives its pods their names: one more, or the own one', async () => {
    const services = (await renderChart({ kind })).filter((each) => each.kind === 'Service')
    assert.deepEqual(
      services.map(({ metadata, spec }) => [metadata.name, spec['clusterIP']]),
      [
        ['shop', undefined],
        ['shop-headless', 'None'],
      ],
    )
    assert.equal((await render()).spec['serviceName'], 'shop-headless')
    const headless = await renderChart({ kind, service: { headless: true } })
    assert.equal(ofKind(headless, 'Service').metadata.name, 'shop')
    assert.equal(ofKind(headless, kind).spec['serviceName'], 'shop')
    const worker = await renderChart({ kind, service: { enabled: false } })
    assert.equal(worker.filter((each) => each.kind === 'Service').length, 0)
  })

  test('each pod can have volumes of its own, which can be mounted', async () => {
    const stateful = await render({
      statefulSet: { podManagementPolicy: 'Parallel', volumeClaimTemplates: [claim] },
      extraVolumeMounts: [{ name: 'data', mountPath: '/data' }],
    })
    assert.equal(stateful.spec['podManagementPolicy'], 'Parallel')
    assert.deepEqual(stateful.spec['volumeClaimTemplates'], [claim])
  })

  test('an autoscaler and the notes know its kind', async () => {
    const manifests = await renderChart({ kind, autoscaling: { enabled: true } })
    assert.deepEqual(ofKind(manifests, 'HorizontalPodAutoscaler').spec['scaleTargetRef'], {
      apiVersion: 'apps/v1',
      kind,
      name: 'shop',
    })
    assert.match(await installNotes({ kind }), /rollout restart statefulset\/shop/)
  })

  test('the rules of a surge are not its own', async () => {
    const { spec } = await render({ strategy: { maxSurge: 0, maxUnavailable: 0 }, replicaCount: 1 })
    assert.equal(spec['replicas'], 1)
  })

  test('a replica that is missing in a rollout is warned of, and an outage where it is the only one', async () => {
    assert.match(await installNotes({ kind }), /one replica is missing at a time, for up to 30 s/)
    const alone = await installNotes({ kind, replicaCount: 1 })
    assert.match(alone, /A StatefulSet with one replica: every rollout has an outage.* 30 s/)
    assert.doesNotMatch(alone, /missing at a time|adds the new pod first/)
    const worker = await installNotes({ kind, replicaCount: 1, service: { enabled: false } })
    assert.doesNotMatch(worker, /outage/)
  })

  const refused: readonly (readonly [Values, RegExp])[] = [
    [{ kind, fullnameOverride: 'a'.repeat(53) }, /has 53 characters, .*#64023.*set fullnameOverride/],
    [{ kind, strategy: { type: 'Recreate' } }, /strategy\.type is Recreate and kind StatefulSet/],
    [{ statefulSet: { volumeClaimTemplates: [claim] } }, /kind is Deployment, which has none/],
    [
      {
        kind,
        statefulSet: { volumeClaimTemplates: [claim] },
        extraVolumes: [{ name: 'data', emptyDir: {} }],
      },
      /extraVolumes: there is a volume data already/,
    ],
    [
      { kind, statefulSet: { volumeClaimTemplates: [{ ...claim, metadata: { name: 'tmp' } }] } },
      /there is a volume tmp already, and the claim would take its place; give it another name/,
    ],
    [
      { kind, statefulSet: { volumeClaimTemplates: [claim, claim] } },
      /volumeClaimTemplates: there is a volume data already/,
    ],
    [{ kind: 'DaemonSet' }, /\/kind/],
  ]
  for (const [values, wanted] of refused) {
    test(`${JSON.stringify(values)} is refused`, async () => {
      assert.match(await refusal(values), wanted)
    })
  }

  test("a claim named tmp is in nobody's way without the tmp of the chart", async () => {
    const statefulSet = { volumeClaimTemplates: [{ ...claim, metadata: { name: 'tmp' } }] }
    const pod = podOf(await render({ statefulSet, tmp: { enabled: false } }))
    assert.equal(pod.volumes, undefined)
  })

  test('a name of 52 characters is not too long', async () => {
    assert.equal((await render({ fullnameOverride: 'a'.repeat(52) })).metadata.name.length, 52)
  })
})

chartSuite('chart Recreate', () => {
  const strategy = { type: 'Recreate' }

  test('all pods end before new ones start, and that is warned of', async () => {
    assert.deepEqual((await renderDeployment({ strategy })).spec['strategy'], strategy)
    assert.match(await installNotes({ strategy }), /strategy\.type is Recreate: every rollout has an outage/)
    assert.doesNotMatch(await installNotes(), /outage/)
    assert.doesNotMatch(await installNotes({ strategy, service: { enabled: false } }), /outage/)
  })

  test('the numbers of a rolling update say nothing then', async () => {
    const { spec } = await renderDeployment({ strategy: { ...strategy, maxSurge: 0, maxUnavailable: 0 } })
    assert.deepEqual(spec['strategy'], strategy)
  })

  test('its progress deadline is still one', async () => {
    const message = await refusal({ strategy, minReadySeconds: 60, progressDeadlineSeconds: 60 })
    assert.match(message, /raise progressDeadlineSeconds/)
  })
})
