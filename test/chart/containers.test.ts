import assert from 'node:assert/strict'

import { chartSuite, installNotes, refusal, renderDeployment, test, type Values } from './helm.ts'
import { type Container, environmentOf, podOf } from './manifest.ts'

const sidecar = { name: 'proxy', image: 'proxy:1' }
const init = { name: 'migrate', image: 'migrate:1' }
const sleeping = (seconds: number, name = 'proxy'): Values => ({
  ...sidecar,
  name,
  lifecycle: { preStop: { sleep: { seconds } } },
})

async function initContainersOf(values: Values): Promise<readonly Container[]> {
  return podOf(await renderDeployment(values)).initContainers ?? []
}

chartSuite('chart init containers and sidecars', () => {
  test('sidecars start first, so that init containers can use them, and never end', async () => {
    const lifecycle = { auto: true, autoImage: 'team/lastcall:1' }
    const containers = await initContainersOf({ lifecycle, sidecars: [sidecar], initContainers: [init] })
    assert.deepEqual(
      containers.map(({ name, restartPolicy }) => [name, restartPolicy]),
      [
        ['lastcall', undefined],
        ['proxy', 'Always'],
        ['migrate', undefined],
      ],
    )
  })

  test("they have the server's security context, unless they have one", async () => {
    const own = { allowPrivilegeEscalation: true }
    const containers = await initContainersOf({
      sidecars: [{ ...sidecar, securityContext: own }],
      initContainers: [init],
    })
    assert.deepEqual(containers[0]?.securityContext, own)
    assert.equal(containers[1]?.securityContext?.['allowPrivilegeEscalation'], false)
  })

  test('a preStop hook within the sum changes nothing', async () => {
    const pod = podOf(await renderDeployment({ sidecars: [sleeping(27)] }))
    assert.equal(pod.terminationGracePeriodSeconds, 30)
  })

  test('the grace period covers the longest preStop hook, and its margin', async () => {
    const values = { sidecars: [sleeping(40), sleeping(28, 'log')] }
    const deployment = await renderDeployment(values)
    assert.equal(podOf(deployment).terminationGracePeriodSeconds, 43)
    assert.equal(environmentOf(deployment)['LASTCALL_GRACE_PERIOD'], '43s')
    assert.match(await installNotes(values), /more than the sum, .* sidecar proxy sleeps 40 s/)
    assert.doesNotMatch(await installNotes(), /more than the sum/)
  })

  test('a sidecar among the init containers counts as well', async () => {
    const initContainers = [{ ...sleeping(40), restartPolicy: 'Always' }]
    assert.equal(podOf(await renderDeployment({ initContainers })).terminationGracePeriodSeconds, 43)
  })

  test('a hook of unknown length is warned about', async () => {
    const lifecycle = { preStop: { exec: { command: ['wait'] } } }
    assert.match(await installNotes({ sidecars: [{ ...sidecar, lifecycle }] }), /preStop hook of proxy takes/)
    assert.doesNotMatch(await installNotes({ sidecars: [sleeping(5)] }), /preStop hook of proxy/)
  })

  const refused: readonly (readonly [Values, RegExp])[] = [
    [
      { sidecars: [sleeping(40)], lifecycle: { terminationGracePeriodSeconds: 42 } },
      /terminationGracePeriodSeconds is 42, .*proxy sleeps 40 s.*at least 43/,
    ],
    [{ sidecars: [sidecar], initContainers: [sidecar] }, /there is a container proxy already/],
    [{ initContainers: [{ ...init, name: 'app' }] }, /there is a container app already/],
    [{ initContainers: [sleeping(1)] }, /initContainers: proxy has a lifecycle, .* move the container/],
    [
      { sidecars: [{ ...sidecar, volumeMounts: [{ name: 'work', mountPath: '/work' }] }] },
      /container proxy: there is no volume work to mount at \/work/,
    ],
    [{ sidecars: [{ ...sidecar, restartPolicy: 'Never' }] }, /\/sidecars\/0\/restartPolicy/],
    [{ initContainers: [{ name: 'a' }] }, /image/],
  ]
  for (const [values, wanted] of refused) {
    test(`${JSON.stringify(values)} is refused`, async () => {
      assert.match(await refusal(values), wanted)
    })
  }

  test('a cluster that would wait for the end of a sidecar is refused', async () => {
    const message = await refusal({ sidecars: [sidecar] }, { kubeVersion: '1.28.0' })
    assert.match(message, /Kubernetes v1\.28\.0 has no native sidecars/)
    const { spec } = await renderDeployment({ initContainers: [init] }, { kubeVersion: '1.28.0' })
    assert.ok(spec)
  })

  test("a cluster that would drop a sidecar's sleep is refused", async () => {
    const values = { sidecars: [sleeping(5)] }
    const message = await refusal(values, { kubeVersion: '1.29.3' })
    assert.match(
      message,
      /preStop hook of proxy is sleep, and Kubernetes v1\.29\.3 has no sleep action .*exec hook/,
    )
    const lifecycle = { preStop: { exec: { command: ['wait'] } } }
    for (const one of [sidecar, { ...sidecar, lifecycle }])
      await renderDeployment({ sidecars: [one] }, { kubeVersion: '1.29.3' })
    await renderDeployment(values, { kubeVersion: '1.30.0' })
  })
})
