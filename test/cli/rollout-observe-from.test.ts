import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { send } from '../helpers/fake-api-server.ts'
import { paths } from '../helpers/kubernetes-objects.ts'
import { assertNothingAgainst } from '../helpers/quiet-machine.ts'
import { begin, documentOf, inPhase, startCluster } from '../helpers/rollout-command.ts'

suite('lastcall rollout, observed from here', () => {
  test('a user who may not create roles gets a whole run, and reads what it does not know', async (t) => {
    const cluster = await startCluster(t)
    for (const kind of ['serviceaccounts', 'roles', 'rolebindings'])
      cluster.server.denied.add(`create ${kind}`)
    const { io, code } = begin(t, cluster, '-o', 'json')
    const exitCode = await code
    const { pods, load, phases, timeline, unknown = [], verdict } = documentOf(io)
    assertNothingAgainst(exitCode, verdict)
    assert.deepEqual(
      pods.map(({ name, ending }) => `${name} ${ending}`),
      ['shop-1-0 clean', 'shop-1-1 clean', 'shop-2-0 running', 'shop-2-1 running'],
    )
    for (const { lane, requests } of load.lanes) assert.ok(requests > 0, lane)
    assert.deepEqual(
      phases.map(({ name }) => name),
      ['start', 'self-test', 'baseline', 'rollout', 'drain', 'cool-down'],
    )
    assert.match(
      timeline.find(({ detail = '' }) => detail.includes('may not make'))?.detail ?? '',
      /create roles/,
    )
    assert.equal(unknown.length, 2)
    assert.match(
      unknown[0] ?? '',
      /another clock than that of the requests \(they agree to within \d+\.\d s\)/,
    )
    for (const sentence of unknown) assert.ok(verdict.notes.includes(sentence), sentence)
    const created = cluster.server.requests.filter(({ method }) => method === 'POST').map(({ path }) => path)
    assert.deepEqual(
      created.filter((path) => !path.endsWith('reviews')),
      [paths.jobs, paths.configMaps],
    )
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('no pod is asked itself: from outside the cluster a silent address would say nothing', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, '--observe-from', 'here', '-o', 'json')
    await code
    const { pods } = documentOf(io)
    assert.equal(pods.length, 4)
    for (const { cluster: facts } of pods) {
      assert.deepEqual(
        [facts?.lastAcceptedAt, facts?.firstRefusedAt, facts?.readinessFailedAt],
        [undefined, undefined, undefined],
      )
    }
  })

  test("the times of pods are this machine's, whatever the clock of the agent says", async (t) => {
    const cluster = await startCluster(t)
    cluster.agentAheadMs = 3_600_000
    const beganMs = Date.now()
    const { io, code } = begin(t, cluster, '--observe-from', 'here', '-o', 'json')
    await code
    const { pods, unknown = [] } = documentOf(io)
    const times = pods.flatMap(({ startedAt, deletedAt, exitedAt, cluster: facts }) =>
      [startedAt, deletedAt, exitedAt, facts?.endpointEndedAt].flatMap((at) => (at ? [at.wallMs] : [])),
    )
    assert.ok(times.length >= 8, times.join())
    assert.deepEqual(
      times.filter((at) => at < beganMs || at > Date.now()),
      [],
    )
    assert.match(unknown[0] ?? '', /agree to within \d\.\d s/)
  })

  test('a rollout that does not finish is seen and named', async (t) => {
    const cluster = await startCluster(t)
    cluster.controller.restartFate = 'stuck'
    const { io, code } = begin(t, cluster, '--observe-from', 'here', '-o', 'json')
    assert.equal(await code, 1)
    const { pods, verdict } = documentOf(io)
    assert.ok(pods.some(({ ending }) => ending === 'not-ready'))
    assert.match(verdict.reasons.join('\n'), /the deployment exceeded its progressDeadlineSeconds/)
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('a self-test that fails ends the run before the load, and leaves nothing', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, '--observe-from', 'here', '--path', '/broken')
    assert.equal(await code, 2)
    assert.match(io.err(), /GET \/broken/)
    assert.equal(cluster.requests, 0)
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('a watch that is refused in the middle of a run ends it early, with what was seen', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, '--observe-from', 'here', '--baseline', '1h', '-o', 'json')
    await inPhase(io, 'baseline')
    const { intercept } = cluster.server
    cluster.server.intercept = (request, response) => {
      if (request.path !== paths.endpointSlices) return intercept(request, response)
      send(response, 400, { reason: 'BadRequest', message: 'no such thing' })
      return true
    }
    cluster.server.cut()
    assert.equal(await code, 3)
    const { interruptedBy, pods } = documentOf(io)
    assert.equal(interruptedBy, 'the pods can no longer be observed: no such thing')
    assert.equal(pods.length, 2)
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('Ctrl-C prints what was seen and leaves nothing', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, '--observe-from', 'here', '--baseline', '1h', '--json', '-')
    await inPhase(io, 'baseline')
    io.send('SIGINT')
    assert.equal(await code, 130)
    assert.equal(documentOf(io).interruptedBy, 'SIGINT')
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('--dry-run says why, what is not known, and asks for no right to create roles', async (t) => {
    const cluster = await startCluster(t)
    cluster.server.denied.add('create roles')
    const { io, code } = begin(t, cluster, '--dry-run')
    assert.equal(await code, 0)
    const [objects = '', permissions = ''] = io.out().split('It needs these permissions')
    for (const kind of ['ServiceAccount', 'Role', 'RoleBinding']) {
      assert.ok(!objects.includes(`"kind": "${kind}"`), kind)
    }
    assert.match(objects, /"automountServiceAccountToken": false/)
    assert.doesNotMatch(permissions.split('Notes:')[0] ?? '', /role|serviceaccount/)
    assert.match(permissions, /list endpointslices\.discovery\.k8s\.io: observe/)
    assert.match(
      permissions,
      /Notes:\n {2}this command observes the pods from here, because you may not [^\n]*create roles/,
    )
    assert.match(permissions, /it is not known when a pod stopped accepting connections/)
  })

  test('--print-manifests needs an account in any case: its agent runs alone', async (t) => {
    const cluster = await startCluster(t)
    cluster.server.denied.add('create roles')
    const { io, code } = begin(t, cluster, '--print-manifests')
    assert.equal(await code, 2)
    assert.match(io.err(), /create roles\.rbac[^\n]*let the agent observe/)
    assert.equal(io.out(), '')
  })

  test('several generators need an account in any case: they read commands with it', async (t) => {
    const cluster = await startCluster(t)
    cluster.server.denied.add('create roles')
    const { io, code } = begin(t, cluster, '--generators', '3')
    assert.equal(await code, 2)
    assert.match(io.err(), /create roles\.rbac[^\n]*let the agent observe/)
  })

  for (const [flags, message] of [
    [
      ['--observe-from', 'here', '--generators', '3'],
      /--generators: got '3' with --observe-from here, whose one agent has no account/,
    ],
    [['--observe-from', 'there'], /--observe-from: got 'there', wanted one of cluster, here/],
    [
      ['--observe-from', 'here', '--service-account', 'me'],
      /--service-account: has no meaning with --observe-from here/,
    ],
    [
      ['--observe-from', 'here', '--print-manifests'],
      /--observe-from here: an agent that does the run alone/,
    ],
  ] as const) {
    test(`${flags.join(' ')} is refused before the cluster is asked`, async (t) => {
      const cluster = await startCluster(t)
      const { io, code } = begin(t, cluster, ...flags)
      assert.equal(await code, 2)
      assert.match(io.err(), message)
      assert.deepEqual(cluster.server.requests, [])
    })
  }
})
