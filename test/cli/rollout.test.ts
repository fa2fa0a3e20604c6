import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { assertNothingAgainst } from '../helpers/quiet-machine.ts'
import { type AppliedObject, applyManifests } from '../helpers/apply-manifests.ts'
import { begin, documentOf, inPhase, startCluster } from '../helpers/rollout-command.ts'

suite('lastcall rollout', () => {
  test('restarts a Deployment under load, reports it, and leaves nothing', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, '--json', '-')
    const exitCode = await code
    const document = documentOf(io)
    assertNothingAgainst(exitCode, document.verdict)
    const { kind, workload, namespace, context, service } = document
    assert.deepEqual(
      [kind, workload, namespace, context, service],
      ['rollout', 'deployment/shop', 'ns', 'fake', 'shop'],
    )
    assert.deepEqual(
      document.pods.map(({ name, ending }) => `${name} ${ending}`),
      ['shop-1-0 clean', 'shop-1-1 clean', 'shop-2-0 running', 'shop-2-1 running'],
    )
    for (const { lane, requests } of document.load.lanes) assert.ok(requests > 0, lane)
    const [fresh] = document.load.lanes
    for (const phase of ['baseline', 'rollout'] as const)
      assert.ok((fresh?.phases[phase]?.requests ?? 0) > 0, phase)
    assert.deepEqual(
      document.phases.map(({ name }) => name),
      ['start', 'self-test', 'baseline', 'rollout', 'drain', 'cool-down'],
    )
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('-o json is --json -, and --quiet is one line', async (t) => {
    const cluster = await startCluster(t)
    const first = begin(t, cluster, '-o', 'json')
    await first.code
    assert.equal(documentOf(first.io).kind, 'rollout')
    const second = begin(t, cluster, '--quiet')
    await second.code
    assert.match(
      second.io.out(),
      /^(PASS|INCONCLUSIVE) {2}0 failed of [\d,]+ requests in 1 rollout \(2 pods replaced\)\n$/,
    )
  })

  test('--restarts 2 replaces the pods twice', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, '--restarts', '2', '-o', 'json')
    await code
    assert.deepEqual([documentOf(io).restarts, documentOf(io).pods.length], [2, 6])
  })

  test('--dry-run prints every object and every permission, and creates nothing', async (t) => {
    const cluster = await startCluster(t)
    const before = cluster.server.names()
    const { io, code } = begin(t, cluster, '--dry-run')
    assert.equal(await code, 0)
    for (const kind of ['Job', 'ServiceAccount', 'Role', 'RoleBinding', 'ConfigMap']) {
      assert.ok(io.out().includes(`"kind": "${kind}"`), kind)
    }
    assert.match(io.out(), /patch deployments\.apps 'shop': restart it/)
    assert.deepEqual(cluster.server.names(), before)
    assert.ok(
      cluster.server.requests.every(({ method, path }) => method === 'GET' || path.endsWith('reviews')),
    )
  })

  test('--print-manifests prints an agent that does the whole run alone: its exit code is that of the verdict', async (t) => {
    const cluster = await startCluster(t)
    const before = cluster.server.names()
    const { io, code } = begin(t, cluster, '--print-manifests')
    assert.equal(await code, 0)
    assert.deepEqual(cluster.server.names(), before)
    const { items } = JSON.parse(io.out()) as { items: readonly AppliedObject[] }
    assert.deepEqual(
      items.map(({ kind }) => kind),
      ['ServiceAccount', 'Role', 'RoleBinding', 'ConfigMap', 'Job'],
    )
    const { exitCode, lines } = await applyManifests(cluster.server.access, items)
    const verdict = lines.find((line) => line.type === 'verdict')
    assertNothingAgainst(exitCode, verdict!)
    assert.match(verdict!.sentence, /^0 failed of [\d,]+ requests in 1 rollout \(2 pods replaced\)$/)
    assert.equal(lines.at(-1)?.type, 'end')
  })

  test('Ctrl-C prints what was seen, exits with 130 and leaves nothing', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, '--baseline', '1h', '--json', '-')
    await inPhase(io, 'baseline')
    io.send('SIGINT')
    assert.equal(await code, 130)
    assert.equal(documentOf(io).interruptedBy, 'SIGINT')
    assert.deepEqual(cluster.leftovers(), [])
  })
})
