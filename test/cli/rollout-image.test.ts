import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type AppliedObject, applyManifests } from '../helpers/apply-manifests.ts'
import type { FakeCluster } from '../helpers/fake-cluster.ts'
import { paths } from '../helpers/kubernetes-objects.ts'
import { assertNothingAgainst } from '../helpers/quiet-machine.ts'
import { begin, documentOf, startCluster } from '../helpers/rollout-command.ts'

const toOther = ['--trigger', 'image', '--to-image', 'shop:2']
type Template = { spec?: { template?: { spec?: { containers?: readonly { image?: string }[] } } } }
const imageOf = ({ server }: FakeCluster): string | undefined =>
  (server.object(paths.deployments, 'shop') as Template).spec?.template?.spec?.containers?.[0]?.image

suite('lastcall rollout --trigger image', () => {
  test('counts a change to the image and back, and the workload has its own image in the end', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, ...toOther, '-o', 'json')
    const exitCode = await code
    const document = documentOf(io)
    assertNothingAgainst(exitCode, document.verdict)
    assert.match(document.verdict.sentence, / requests in 1 change of the image \(4 pods replaced\)$/)
    assert.deepEqual([document.trigger, document.toImage, imageOf(cluster)], ['image', 'shop:2', 'shop:1'])
    assert.equal('leftBehind' in document, false)
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('an image that cannot be pulled fails the run, is changed back, and the report says so', async (t) => {
    const cluster = await startCluster(t)
    cluster.controller.restartFate = 'unpullable'
    const { io, code } = begin(t, cluster, ...toOther, '-o', 'json')
    assert.equal(await code, 1)
    const { stuck, verdict } = documentOf(io)
    const sentence =
      "the cluster cannot pull the image 'shop:2' (ImagePullBackOff: not found); " +
      'name one that it can pull with --to-image'
    assert.equal(stuck, sentence)
    assert.ok(verdict.reasons.includes(`the change of the image could not be finished: ${sentence}`))
    assert.equal(imageOf(cluster), 'shop:1')
  })

  test('an agent that runs alone does it, too, and what is printed says how to end it', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, ...toOther, '--print-manifests')
    assert.equal(await code, 0)
    assert.match(io.err(), /^To end this run early, [^]* before it can change the image back\.\n$/)
    const { items } = JSON.parse(io.out()) as { items: readonly AppliedObject[] }
    const { exitCode, lines } = await applyManifests(cluster.server.access, items)
    const verdict = lines.find((line) => line.type === 'verdict')
    assertNothingAgainst(exitCode, verdict!)
    assert.match(verdict!.sentence, /in 1 change of the image \(4 pods replaced\)$/)
    assert.equal(imageOf(cluster), 'shop:1')
  })

  test('--dry-run says what would be done, and changes nothing', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, ...toOther, '--dry-run')
    assert.equal(await code, 0, io.err())
    assert.ok(io.out().includes("would change the image of Deployment 'shop' to 'shop:2', and back"))
    assert.ok(io.out().includes("patch deployments.apps 'shop': change its image and change it back"))
    assert.equal(
      cluster.server.requests.some(({ method }) => method === 'PATCH'),
      false,
    )
  })

  test('the flags belong together, and the image has to be another one', async (t) => {
    const cluster = await startCluster(t)
    for (const [flags, problem] of [
      [['--trigger', 'image'], /--trigger image: wanted --to-image as well/],
      [['--to-image', 'shop:2'], /--to-image: has no meaning without --trigger image/],
      [['--trigger', 'image', '--to-image', 'shop:1'], /has the image 'shop:1' already/],
    ] as const) {
      const { io, code } = begin(t, cluster, ...flags)
      assert.equal(await code, 2)
      assert.match(io.err(), problem)
    }
    assert.deepEqual(cluster.leftovers(), [])
  })
})
