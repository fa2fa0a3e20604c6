import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readRolloutFlags } from '../../src/cli/rollout-flags.ts'
import { type AgentCommand, COMMAND_KEY } from '../../src/rollout/drivers/kubernetes/agent/protocol.ts'
import { captureIo } from '../helpers/captured-io.ts'
import { eventually } from '../helpers/eventually.ts'
import { send } from '../helpers/fake-api-server.ts'
import type { FakeCluster } from '../helpers/fake-cluster.ts'
import { paths } from '../helpers/kubernetes-objects.ts'
import { assertNothingAgainst } from '../helpers/quiet-machine.ts'
import { begin, documentOf, inPhase, startCluster } from '../helpers/rollout-command.ts'

const three = ['--generators', '3', '-o', 'json'] as const

/** What the agent was told to do. */
function tasksOf({ server }: FakeCluster): readonly string[] {
  return server.requests
    .filter(({ method, path }) => method === 'PATCH' && path.startsWith(paths.configMaps))
    .map(({ body }) => {
      const { data } = body as { readonly data: Readonly<Record<string, string>> }
      return (JSON.parse(data[COMMAND_KEY] ?? '') as AgentCommand).do
    })
}

suite('lastcall rollout --generators', () => {
  test('adds up what all of them sent, each its part, and leaves nothing', async (t) => {
    const cluster = await startCluster(t)
    const ratePerSecond = 400
    const { io, code } = begin(t, cluster, '--rate', String(ratePerSecond), ...three)
    const exitCode = await code
    const { load, verdict, pods } = documentOf(io)
    assertNothingAgainst(exitCode, verdict)
    assert.equal(load.generators, 3)
    assert.equal(load.requests, cluster.requests)
    assert.ok(load.lanes.every(({ requests }) => requests > 0))
    // No grid sends more than it plans, but for the first request of each.
    const seconds = (Date.parse(load.endedAt) - Date.parse(load.startedAt)) / 1_000
    const [fresh] = load.lanes
    assert.ok(fresh!.requests <= seconds * ratePerSecond + 3, `${fresh!.requests} in ${seconds} s`)
    assert.deepEqual(
      pods.map(({ name }) => name),
      ['shop-1-0', 'shop-1-1', 'shop-2-0', 'shop-2-1'],
    )
    assert.ok(load.clockErrorMs !== undefined && load.clockErrorMs < 10_000)
    assert.deepEqual(tasksOf(cluster), ['clock', 'clock', 'clock', 'clock', 'clock', 'self-test', 'load'])
    assert.match(
      io.err(),
      /the load comes from generator 1 of 3 \(lastcall-\w+-0-pod on the node node-1\), generator 2 of 3 \(/,
    )
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('one that runs out of memory ends the run early, and is named', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, '--baseline', '1h', ...three)
    await inPhase(io, 'baseline')
    await eventually('the first counts', () => cluster.requests > 0)
    cluster.killAgent(1)
    assert.equal(await code, 3)
    const { interruptedBy, load } = documentOf(io)
    assert.match(
      interruptedBy ?? '',
      /^generator 2 of 3 \(lastcall-\w+-1-pod on the node node-2\): the agent ended with exit code 137 \(OOMKilled\)/,
    )
    assert.ok(load.requests > 0)
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('one that is evicted ends the run early, and is named', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, '--baseline', '1h', ...three)
    await inPhase(io, 'baseline')
    cluster.evictAgent(2)
    assert.equal(await code, 3)
    assert.match(
      documentOf(io).interruptedBy ?? '',
      /^generator 3 of 3 \(.*\): the agent ended by itself, before it was told to/,
    )
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('one that is lost before the load begins is no reason to wait', async (t) => {
    const cluster = await startCluster(t)
    const { intercept } = cluster.server
    cluster.server.intercept = (request, response) => {
      const isQuestion = request.method === 'PATCH' && JSON.stringify(request.body ?? '').includes('clock')
      if (isQuestion) cluster.evictAgent(1)
      return intercept(request, response)
    }
    const { io, code } = begin(t, cluster, ...three)
    assert.equal(await code, 2)
    assert.match(io.err(), /generator 2 of 3 .* the agent ended by itself/)
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('nor is one that is lost while the observer has not begun yet', async (t) => {
    const cluster = await startCluster(t)
    const { intercept } = cluster.server
    cluster.server.intercept = (request, response) => {
      // Without an answer the observer waits for its first list.
      if (request.path === paths.endpointSlices && cluster.said('hello')) return true
      const isTaken = intercept(request, response)
      if (request.path.endsWith('-1-pod/log')) cluster.evictAgent(1)
      return isTaken
    }
    const { io, code } = begin(t, cluster, ...three)
    assert.equal(await code, 2)
    assert.match(io.err(), /generator 2 of 3 .* the agent ended by itself/)
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('Ctrl-C ends all of them, prints what was seen and leaves nothing', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, '--baseline', '1h', ...three)
    await inPhase(io, 'baseline')
    io.send('SIGINT')
    assert.equal(await code, 130)
    assert.equal(documentOf(io).interruptedBy, 'SIGINT')
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('--dry-run shows the indexed Job', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, '--generators', '3', '--dry-run')
    assert.equal(await code, 0)
    assert.match(io.out(), /"completions": 3,\n +"completionMode": "Indexed"/)
  })

  test('with --print-manifests, and with a number that cannot be: refused before the cluster is asked', async (t) => {
    const cluster = await startCluster(t)
    cluster.server.intercept = (_, response) => {
      send(response, 500, {})
      return true
    }
    for (const [flags, wanted] of [
      [
        ['--generators', '2', '--print-manifests'],
        /--generators: got '2' with --print-manifests, whose one pod/,
      ],
      [['--generators', '0'], /--generators: got '0', wanted a whole number from 1 to 20/],
      [['--generators', '21'], /--generators: got '21', wanted a whole number from 1 to 20/],
    ] as const) {
      const { io, code } = begin(t, cluster, ...flags)
      assert.equal(await code, 2)
      assert.match(io.err(), wanted)
    }
    assert.deepEqual(cluster.server.requests, [])
  })

  test('several send more by default than one, when the pods are many', () => {
    const rateOf = (generators: string): number =>
      readRolloutFlags({ generators }, ['deploy/shop'], captureIo()).loadFor(40, 'shop').ratePerSecond
    assert.deepEqual([rateOf('1'), rateOf('2'), rateOf('3')], [1_000, 2_000, 2_080])
  })
})
