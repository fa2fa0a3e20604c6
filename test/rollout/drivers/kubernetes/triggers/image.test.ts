import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type ApiClient, createApiClient } from '../../../../../src/rollout/drivers/kubernetes/api/client.ts'
import type { WorkloadObject } from '../../../../../src/rollout/drivers/kubernetes/api/objects.ts'
import { image } from '../../../../../src/rollout/drivers/kubernetes/triggers/image.ts'
import { createUndo } from '../../../../../src/rollout/drivers/kubernetes/triggers/undo.ts'
import { workloadProblems } from '../../../../../src/rollout/drivers/kubernetes/workload.ts'
import { eventually } from '../../../../helpers/eventually.ts'
import { send } from '../../../../helpers/fake-api-server.ts'
import { container, makeDeployment, makeWorkload, paths } from '../../../../helpers/kubernetes-objects.ts'
import { type TriggerPlace, triggerPlace } from '../../../../helpers/trigger-place.ts'

const settings = { toImage: 'shop:2', targetPort: 'http' }
const place = (t: Parameters<typeof triggerPlace>[0]): Promise<TriggerPlace> =>
  triggerPlace(t, 'image', 10_000, settings)
const patchOf = (wanted: string): object => ({
  spec: { template: { spec: { containers: [{ name: 'app', image: wanted }] } } },
})
const at = '/spec/template/spec/containers/0'
/** Only when the image is still the one that lastcall set. */
const back: readonly object[] = [
  { op: 'test', path: `${at}/name`, value: 'app' },
  { op: 'test', path: `${at}/image`, value: 'shop:2' },
  { op: 'replace', path: `${at}/image`, value: 'shop:1' },
]
const left =
  "the image of the container 'app' of Deployment 'shop' was changed to 'shop:3' by another client, and is left so"
const patches = ({ changes }: TriggerPlace): readonly unknown[] => changes().map(({ body }) => body)

suite('--trigger image', () => {
  test('changes it as kubectl set image, waits for the end of the old pods, and changes it back', async (t) => {
    const there = await place(t)
    await there.restarter.restart()
    await there.restarter.oldPodsGone()
    assert.deepEqual(patches(there), [patchOf('shop:2'), back])
    const [first] = there.changes()
    assert.deepEqual(
      [first?.path, first?.contentType, first?.query.get('fieldManager')],
      [`${paths.deployments}/shop`, 'application/strategic-merge-patch+json', 'kubectl-set'],
    )
    assert.equal(
      there.pods
        .records()
        .map(({ name, ending }) => `${name} ${ending}`)
        .join(', '),
      'shop-1-0 clean, shop-1-1 clean, shop-2-0 clean, shop-2-1 clean, shop-3-0 running, shop-3-1 running',
    )
    assert.deepEqual(there.notices, [
      "the container 'app' of Deployment 'shop' was given the image 'shop:2'",
      'by hand: kubectl set image deployment/shop app=shop:1 -n ns',
      "the container 'app' of Deployment 'shop' was given the image 'shop:1'",
    ])
    assert.deepEqual(there.restarter.leftBehind(), [])
  })

  test('every round changes something', async (t) => {
    const there = await place(t)
    await there.restarter.restart()
    await there.restarter.restart()
    assert.deepEqual(patches(there), [patchOf('shop:2'), back, patchOf('shop:2'), back])
  })

  test('an image that cannot be pulled is said in one sentence, and changed back', async (t) => {
    const there = await place(t)
    there.controller.restartFate = 'unpullable'
    await assert.rejects(there.restarter.restart(), {
      code: 'LASTCALL_WORKLOAD',
      message:
        /: the cluster cannot pull the image 'shop:2' \(ImagePullBackOff: not found\); name .* --to-image$/,
    })
    assert.deepEqual(patches(there), [patchOf('shop:2'), back])
    await there.restarter.oldPodsGone()
  })

  test('an image whose pods never become ready is changed back, too', async (t) => {
    const there = await place(t)
    there.controller.restartFate = 'stuck'
    await assert.rejects(there.restarter.restart(), { message: /exceeded its progressDeadlineSeconds/ })
    assert.deepEqual(patches(there), [patchOf('shop:2'), back])
  })

  test('is changed back when the run is ended in the middle of it', async (t) => {
    const there = await place(t)
    const restarted = assert.rejects(there.restarter.restart())
    await eventually('the image is changed', () => patches(there).length === 1)
    assert.deepEqual(there.restarter.leftBehind(), [
      "lastcall did not change the image of Deployment 'shop' back to 'shop:1'; do it by hand: " +
        'kubectl set image deployment/shop app=shop:1 -n ns',
    ])
    there.ending.abort()
    await there.restarter.ended()
    await restarted
    assert.deepEqual(patches(there).at(-1), back)
  })

  for (const [when, interfere] of [
    ['before it is looked at', (there: TriggerPlace) => there.controller.deploy('shop:3')],
    [
      'right after it was looked at',
      ({ server, controller }: TriggerPlace) => {
        const { intercept } = server
        server.intercept = (request, response) => {
          if (Array.isArray(request.body)) controller.deploy('shop:3')
          return intercept(request, response)
        }
      },
    ],
  ] as const) {
    test(`what another client has deployed stays, also ${when}`, async (t) => {
      const there = await place(t)
      there.controller.restartFate = 'stuck'
      const restarted = assert.rejects(there.restarter.restart())
      await eventually('the image is changed', () => there.notices.length === 2)
      interfere(there)
      there.ending.abort()
      await there.restarter.ended()
      await restarted
      const { spec } = there.server.object(paths.deployments, 'shop') as unknown as WorkloadObject
      assert.equal(spec.template.spec.containers[0]?.image, 'shop:3')
      assert.deepEqual([there.notices.at(-1), there.restarter.leftBehind()], [left, []])
    })
  }

  test('no rollout is waited for after the one of another client', async (t) => {
    const there = await place(t)
    const { intercept } = there.server
    there.server.intercept = (request, response) => {
      if (Array.isArray(request.body)) there.controller.deploy('shop:3')
      return intercept(request, response)
    }
    await there.restarter.restart()
    assert.equal(there.notices.at(-1), left)
  })

  for (const [what, isRefused] of [
    ['are deleted', false],
    ['that cannot be deleted are said, and not the image, which was changed back,', true],
  ] as const) {
    test(`the pods of a broken image ${what} in a StatefulSet, which would keep them`, async (t) => {
      const there = await place(t)
      const { intercept } = there.server
      let now = 'shop:1'
      there.server.intercept = (request, response) => {
        if (isRefused && request.method === 'DELETE') {
          send(response, 403, { reason: 'Forbidden', message: 'no longer' })
          return true
        }
        if (!request.path.includes('/statefulsets')) return intercept(request, response)
        if (request.method === 'PATCH') now = Array.isArray(request.body) ? 'shop:1' : 'shop:2'
        if (request.method === 'PATCH' && now === 'shop:2') {
          there.controller.restartFate = 'unpullable'
          there.controller.restart()
        }
        const object = makeDeployment({ containers: [{ ...container, image: now }] })
        const items = request.path.endsWith('/shop') ? {} : { items: [], metadata: { resourceVersion: '1' } }
        send(response, 200, { ...object, ...items })
        return true
      }
      await eventually('two pods', () => there.pods.there().length === 2)
      const undo = createUndo(() => undefined)
      const pulled = image.pull({
        api: createApiClient(there.server.access),
        workload: { ...makeWorkload(), kind: 'StatefulSet', resource: 'statefulsets' },
        settings,
        pods: there.pods,
        old: there.pods.present(),
        undo,
        signal: there.ending.signal,
        onNotice: () => undefined,
        onWaiting: () => undefined,
      })
      pulled.catch(() => undefined)
      await eventually('the broken pod is there', () => there.pods.there().some((pod) => pod.cannotPull))
      await undo.all()
      const deleted = there.changes().filter(({ method }) => method === 'DELETE')
      assert.deepEqual(
        deleted.map(({ path }) => path),
        [`${paths.pods}/shop-2-0`],
      )
      const sentence =
        "lastcall could not delete the pods of StatefulSet 'shop' that never became ready with the image " +
        "'shop:2' (no longer); do it by hand: kubectl delete pod shop-2-0 -n ns"
      assert.deepEqual([now, undo.left()], ['shop:1', isRefused ? [sentence] : []])
      there.ending.abort()
      await assert.rejects(pulled)
    })
  }

  test('refuses the image that is there, and what no rollout replaces', async () => {
    const api = {} as ApiClient
    const same = { ...settings, toImage: 'shop:1' }
    assert.deepEqual(await image.problems(makeWorkload(), api, settings), [])
    const [problem] = await image.problems(makeWorkload(), api, same)
    assert.match(problem!, /^the container 'app' of Deployment 'shop' has the image 'shop:1' already/)
    for (const kind of ['StatefulSet', 'DaemonSet'] as const) {
      const object = makeDeployment({ spec: { updateStrategy: { type: 'OnDelete' } } })
      const [strategy] = workloadProblems({ ...makeWorkload(object), kind }, 'image')
      assert.match(strategy!, /OnDelete, which replaces no pod by itself/)
    }
  })

  test('the container is the one that serves', async () => {
    const sidecar = { name: 'metrics', image: 'metrics:1', ports: [{ name: 'metrics', containerPort: 9 }] }
    const workload = makeWorkload(makeDeployment({ containers: [sidecar, container] }))
    const same = { ...settings, toImage: 'shop:1' }
    const [problem] = await image.problems(workload, {} as ApiClient, same)
    assert.match(problem!, /^the container 'app'/)
  })
})
