import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type AppliedObject, applyManifests } from '../helpers/apply-manifests.ts'
import { eventually } from '../helpers/eventually.ts'
import type { FakeApiServer } from '../helpers/fake-api-server.ts'
import type { FakeCluster } from '../helpers/fake-cluster.ts'
import { makeDeployment, paths } from '../helpers/kubernetes-objects.ts'
import { assertNothingAgainst } from '../helpers/quiet-machine.ts'
import { begin as beginSlow, documentOf, inPhase, startCluster } from '../helpers/rollout-command.ts'

const wanted = ({ server }: FakeCluster): unknown =>
  (server.object(paths.deployments, 'shop') as { spec?: { replicas?: number } }).spec?.replicas
const isCordoned = ({ server }: FakeCluster, node: string): boolean =>
  (server.object(paths.nodes, node) as { spec?: { unschedulable?: boolean } }).spec?.unschedulable === true

/** These take less time than a rollout, so that fewer requests are sent in it. */
const begin: typeof beginSlow = (t, cluster, ...flags) => beginSlow(t, cluster, '--rate', '400', ...flags)

suite('lastcall rollout --trigger', () => {
  for (const [trigger, sentence, endings] of [
    ['scale-down', 'in 1 scale-down (1 pod replaced)', 'running clean running'],
    ['delete-pod', 'in 1 round of deletions (2 pods replaced)', 'clean clean running running'],
    ['evict', 'in 1 round of evictions (2 pods replaced)', 'clean clean running running'],
    ['drain-node', 'in 1 node drain (1 pod replaced)', 'clean running running'],
  ] as const) {
    test(`${trigger}: every phase, the right words, and nothing is left`, async (t) => {
      const cluster = await startCluster(t)
      const { io, code } = begin(t, cluster, '--trigger', trigger, '-o', 'json')
      const exitCode = await code
      const document = documentOf(io)
      assertNothingAgainst(exitCode, document.verdict)
      assert.ok(document.verdict.sentence.endsWith(` requests ${sentence}`), document.verdict.sentence)
      assert.equal(document.pods.map(({ ending }) => ending).join(' '), endings)
      assert.deepEqual(
        [document.trigger, ...document.phases.map(({ name }) => name)],
        [trigger, 'start', 'self-test', 'baseline', 'rollout', 'drain', 'cool-down'],
      )
      assert.deepEqual([wanted(cluster), isCordoned(cluster, 'node-1')], [2, false])
      assert.deepEqual(cluster.leftovers(), [])
    })
  }

  test('Ctrl-C in the middle of a scale-down and of a node drain takes them back', async (t) => {
    const scaled = await startCluster(t)
    const { intercept } = scaled.server
    scaled.server.intercept = (request, response) => {
      if (!JSON.stringify(request.body ?? '').includes('"replicas":2')) return intercept(request, response)
      // Longer than the agent's end takes: the command has to wait for it.
      setTimeout(() => intercept(request, response), 1_500)
      return true
    }
    const first = begin(t, scaled, '--trigger', 'scale-down')
    await eventually('it is scaled down', () => wanted(scaled) === 1)
    first.io.send('SIGINT')
    assert.equal(await first.code, 130)
    assert.equal(wanted(scaled), 2)
    const drained = await startCluster(t)
    const second = begin(t, drained, '--trigger', 'drain-node')
    await eventually('a node is cordoned', () => isCordoned(drained, 'node-1'))
    second.io.send('SIGINT')
    assert.equal(await second.code, 130)
    assert.equal(isCordoned(drained, 'node-1'), false)
  })

  test('none: the rollout begins with the first change, by any client', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, '--trigger', 'none', '--duration', '2500ms', '-o', 'json')
    await inPhase(io, 'baseline')
    await eventually('the first counts', () => cluster.said('load'))
    cluster.controller.restart()
    const exitCode = await code
    const { verdict, phases, restarts, timeline } = documentOf(io)
    assertNothingAgainst(exitCode, verdict)
    assert.match(
      verdict.sentence,
      /^0 failed of [\d,]+ requests while the pods were only observed \(2 pods went away\)$/,
    )
    assert.deepEqual([restarts, phases.at(3)?.name, phases.at(4)?.name], [0, 'rollout', 'drain'])
    const change = timeline.find(({ kind, pod }) => kind === 'pod-started' && pod === 'shop-2-0')
    assert.equal(phases.at(3)?.startedAt.wallMs, change?.at.wallMs)
  })

  test('none without any change is inconclusive, and says what was missing', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, '--trigger', 'none', '--duration', '300ms', '-o', 'json')
    assert.equal(await code, 3)
    const { verdict, phases } = documentOf(io)
    assert.match(verdict.reasons.join(), /no pod came or went while the pods were observed/)
    assert.ok(!phases.some(({ name }) => name === 'rollout'))
  })

  test('none wants --duration, and refuses flags without a meaning, all at once', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, '--trigger', 'none', '--restarts', '2', '--baseline', '1s')
    assert.equal(await code, 2)
    assert.match(io.err(), /--trigger none: wanted --duration as well/)
    assert.match(io.err(), /--restarts: has no meaning with --trigger none/)
    assert.match(io.err(), /--baseline: has no meaning with --trigger none/)
    const unknown = begin(t, cluster, '--trigger', 'explode')
    assert.equal(await unknown.code, 2)
    assert.match(unknown.io.err(), /--trigger: got 'explode', wanted one of restart, scale-down, delete-pod/)
  })

  test('--dry-run says what would be done, and lists what it needs besides', async (t) => {
    const cluster = await startCluster(t)
    for (const [trigger, does, permission] of [
      [
        'scale-down',
        "scale Deployment 'shop' down by one pod, and back",
        "patch deployments.apps/scale 'shop'",
      ],
      ['delete-pod', "delete every pod of Deployment 'shop'", 'delete pods'],
      ['evict', "evict every pod of Deployment 'shop'", 'create pods/eviction'],
      ['drain-node', "cordon the node of the oldest pod of Deployment 'shop'", 'patch nodes'],
    ] as const) {
      const { io, code } = begin(t, cluster, '--trigger', trigger, '--dry-run')
      assert.equal(await code, 0, io.err())
      assert.ok(io.out().includes(`lastcall would ${does}`), trigger)
      assert.ok(io.out().includes(`  ${permission}: `), permission)
      assert.ok(!io.out().includes("patch deployments.apps 'shop'"), trigger)
    }
  })

  test('without the right to patch nodes the message has the ClusterRole that grants it', async (t) => {
    const cluster = await startCluster(t)
    cluster.server.denied.add('patch nodes')
    const { io, code } = begin(t, cluster, '--trigger', 'drain-node')
    assert.equal(await code, 2)
    assert.match(io.err(), /patch nodes +cordon a node and uncordon it/)
    assert.match(
      io.err(),
      /kind: ClusterRole\n +metadata:\n +name: lastcall\n +rules:\n.*\n.*'nodes'.*\n.*'patch'/,
    )
    assert.doesNotMatch(io.err(), /kind: Role\n/)
  })

  test('--print-manifests has an agent that drains the node by itself, with a ClusterRole', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(
      t,
      cluster,
      '--trigger',
      'drain-node',
      '--budget',
      'slow=1%',
      '--print-manifests',
    )
    assert.equal(await code, 0)
    const { items } = JSON.parse(io.out()) as { items: readonly (AppliedObject & { rules?: unknown })[] }
    assert.deepEqual(
      items.map(({ kind }) => kind),
      ['ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding', 'ConfigMap', 'Job'],
    )
    assert.deepEqual(items[3]?.rules, [
      { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'patch'] },
    ])
    const { exitCode, lines } = await applyManifests(cluster.server.access, items)
    const verdict = lines.find((line) => line.type === 'verdict')
    assertNothingAgainst(exitCode, verdict!)
    assert.match(verdict!.sentence, /in 1 node drain \(1 pod replaced\)$/)
    const run = lines.find((line) => line.type === 'run')
    assert.deepEqual(run?.facts.budgets, [{ lane: 'slow', allowance: { percent: 1 } }])
    assert.equal(isCordoned(cluster, 'node-1'), false)
  })

  test('--print-manifests says how to end a run that takes something back', async (t) => {
    const cluster = await startCluster(t)
    for (const [trigger, words] of [
      ['drain-node', 'uncordon the node'],
      ['scale-down', 'scale it back'],
      ['evict', undefined],
    ] as const) {
      const { io, code } = begin(t, cluster, '--trigger', trigger, '--print-manifests')
      assert.equal(await code, 0)
      const { items } = JSON.parse(io.out()) as { items: readonly { metadata: { name: string } }[] }
      const command = `kubectl delete job ${items.at(-1)?.metadata.name} -n ns --cascade=foreground\n`
      assert.equal(io.err().includes(command), words !== undefined, trigger)
      if (words === undefined) assert.equal(io.err(), '')
      else assert.ok(io.err().endsWith(`the agent's role before it can ${words}.\n`), io.err())
    }
  })

  test('a trigger that does not fit the workload is refused before anything is created', async (t) => {
    const cluster = await startCluster(t)
    const single = makeDeployment({
      spec: { replicas: 1 },
      status: { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
    })
    cluster.server.put(paths.deployments, single as unknown as Parameters<FakeApiServer['put']>[1])
    const { io, code } = begin(t, cluster, '--trigger', 'scale-down')
    assert.equal(await code, 2)
    assert.match(io.err(), /wants 1 pod, and scale-down leaves at least one/)
    assert.deepEqual(cluster.leftovers(), [])
  })
})
