import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createApiClient } from '../../../../src/rollout/drivers/kubernetes/api/client.ts'
import type { WorkloadObject } from '../../../../src/rollout/drivers/kubernetes/api/objects.ts'
import { isPodOf, toSelectorText } from '../../../../src/rollout/drivers/kubernetes/selector.ts'
import { parseWorkloadName } from '../../../../src/rollout/drivers/kubernetes/workload-kinds.ts'
import {
  findWorkload,
  restartWorkload,
  workloadProblems,
} from '../../../../src/rollout/drivers/kubernetes/workload.ts'
import { FakeApiServer } from '../../../helpers/fake-api-server.ts'
import {
  makeDeployment,
  makePod,
  makeWorkload,
  namespace,
  paths,
  putShop,
} from '../../../helpers/kubernetes-objects.ts'

const name = parseWorkloadName(['deploy/shop'])
const problemsOf = (object: WorkloadObject): readonly string[] =>
  workloadProblems({ ...makeWorkload(object), replicas: object.spec.replicas ?? 1 }, 'restart')

suite('findWorkload()', () => {
  test('finds it with its selector and the number of its pods', async (t) => {
    const server = await new FakeApiServer().start(t)
    putShop(server)
    const { kind, replicas, selector } = await findWorkload(createApiClient(server.access), namespace, name)
    assert.deepEqual([kind, replicas, selector], ['Deployment', 2, 'app=shop'])
  })

  test('names the namespace in which it is not', async (t) => {
    const server = await new FakeApiServer().start(t)
    await assert.rejects(findWorkload(createApiClient(server.access), namespace, name), {
      code: 'LASTCALL_WORKLOAD',
      message: /there is no Deployment 'shop' in the namespace 'ns'/,
    })
  })
})

suite('workloadProblems()', () => {
  test('there is none with a healthy workload', () => {
    assert.deepEqual(problemsOf(makeDeployment()), [])
  })

  test('a paused one is refused, with the command that resumes it', () => {
    assert.deepEqual(problemsOf(makeDeployment({ spec: { paused: true } })), [
      "Deployment 'shop' is paused; resume it first: kubectl rollout resume deployment/shop -n ns",
    ])
  })

  test('one without pods, with OnDelete, or in the middle of a rollout is refused', () => {
    assert.match(
      problemsOf(makeDeployment({ spec: { replicas: 0 } })).join(),
      /wants 0 pods; scale it up first/,
    )
    assert.match(
      problemsOf(makeDeployment({ spec: { updateStrategy: { type: 'OnDelete' } } })).join(),
      /OnDelete/,
    )
    assert.match(
      problemsOf(makeDeployment({ status: { availableReplicas: 1 } })).join(),
      /not healthy before anything was restarted: 1 of 2 new pods are available/,
    )
  })
})

suite('workloadProblems() of another trigger than restart', () => {
  test('has nothing against a paused workload, or one with OnDelete', () => {
    for (const spec of [{ paused: true }, { updateStrategy: { type: 'OnDelete' } }])
      assert.deepEqual(workloadProblems(makeWorkload(makeDeployment({ spec })), 'delete-pod'), [])
  })

  test('has nothing against a template that OnDelete has not applied yet, which a deletion does', () => {
    const spec = { updateStrategy: { type: 'OnDelete' } }
    for (const kind of ['StatefulSet', 'DaemonSet'] as const) {
      const status = { desiredNumberScheduled: 2, numberAvailable: 2, updatedReplicas: 0 }
      const workload = { ...makeWorkload(makeDeployment({ spec, status })), kind }
      assert.deepEqual(workloadProblems(workload, 'delete-pod'), [])
      assert.match(workloadProblems(workload, 'restart').join(), /OnDelete.*choose --trigger delete-pod/)
    }
  })
})

suite('restartWorkload()', () => {
  test('sends what kubectl rollout restart sends: annotation, strategic merge patch, field manager', async (t) => {
    const server = await new FakeApiServer().start(t)
    putShop(server)
    const workload = makeWorkload()
    await restartWorkload(createApiClient(server.access), workload, new Date('2026-11-21T10:00:00.987Z'))
    const patch = server.requests.find(({ method }) => method === 'PATCH')
    assert.equal(patch?.path, `${paths.deployments}/shop`)
    assert.equal(patch?.query.get('fieldManager'), 'kubectl-rollout')
    assert.equal(patch?.contentType, 'application/strategic-merge-patch+json')
    assert.deepEqual(patch?.body, {
      spec: {
        template: {
          metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-11-21T10:00:00Z' } },
        },
      },
    })
  })

  test('refuses a second restart within a second, which would change nothing', async (t) => {
    const server = await new FakeApiServer().start(t)
    putShop(server)
    const api = createApiClient(server.access)
    await restartWorkload(api, makeWorkload(), new Date('2026-11-21T10:00:00.100Z'))
    await assert.rejects(restartWorkload(api, makeWorkload(), new Date('2026-11-21T10:00:00.900Z')), {
      code: 'LASTCALL_WORKLOAD',
      message: /has been restarted within this second already/,
    })
    await restartWorkload(api, makeWorkload(), new Date('2026-11-21T10:00:01.000Z'))
  })
})

suite('pods of a workload', () => {
  test('isPodOf() goes by the ReplicaSet for a Deployment, whatever matches the selector', () => {
    const workload = { kind: 'Deployment', name: 'shop', uid: 'uid-shop' } as const
    const owned = (name: string): readonly object[] => [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid: 'x', controller: true },
    ]
    const pods = [
      makePod('shop-1-a'),
      makePod('alone', { metadata: { ownerReferences: [] } }),
      makePod('other', { hash: '9', metadata: { ownerReferences: owned('cart-9') } }),
      makePod('longer', { hash: '9', metadata: { ownerReferences: owned('shop-web-9') } }),
    ]
    assert.deepEqual(
      pods.map((pod) => isPodOf(workload, pod)),
      [true, false, false, false],
    )
  })

  test('isPodOf() goes by the uid of the owner for StatefulSets and DaemonSets', () => {
    const owned = (uid: string): ReturnType<typeof makePod> =>
      makePod('shop-0', {
        metadata: {
          ownerReferences: [
            { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'shop', uid, controller: true },
          ],
        },
      })
    const workload = { kind: 'StatefulSet', name: 'shop', uid: 'uid-shop' } as const
    assert.deepEqual(
      [isPodOf(workload, owned('uid-shop')), isPodOf(workload, owned('uid-before'))],
      [true, false],
    )
  })

  test('toSelectorText() writes every operator as the API reads it', () => {
    const text = toSelectorText({
      matchLabels: { app: 'shop' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['web', 'api'] },
        { key: 'track', operator: 'NotIn', values: ['canary'] },
        { key: 'live', operator: 'Exists' },
        { key: 'old', operator: 'DoesNotExist' },
      ],
    })
    assert.equal(text, 'app=shop,tier in (web,api),track notin (canary),live,!old')
  })
})
