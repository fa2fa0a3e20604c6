import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { eventually } from '../helpers/eventually.ts'
import { send } from '../helpers/fake-api-server.ts'
import type { FakeCluster } from '../helpers/fake-cluster.ts'
import { paths } from '../helpers/kubernetes-objects.ts'
import { begin, documentOf, startCluster } from '../helpers/rollout-command.ts'

const isCordoned = ({ server }: FakeCluster): boolean =>
  (server.object(paths.nodes, 'node-1') as { spec?: { unschedulable?: boolean } }).spec?.unschedulable ===
  true

/** Refuses the request that has this in its body. */
function refuse({ server }: FakeCluster, words: string): void {
  const { intercept } = server
  server.intercept = (request, response) => {
    if (!JSON.stringify(request.body ?? '').includes(words)) return intercept(request, response)
    send(response, 403, { reason: 'Forbidden', message: 'no longer' })
    return true
  }
}

/** Lets the request that has this in its body wait for its answer, until the function is called. */
function hold({ server }: FakeCluster, words: string): () => void {
  const { intercept } = server
  const { promise, resolve } = Promise.withResolvers<void>()
  server.intercept = (request, response) => {
    if (!JSON.stringify(request.body ?? '').includes(words)) return intercept(request, response)
    void promise.then(() => send(response, 200, {}))
    return true
  }
  return resolve
}

suite('lastcall rollout says what it left behind', () => {
  for (const [trigger, back, sentence] of [
    [
      'drain-node',
      '"unschedulable":null',
      "lastcall could not uncordon the node 'node-1' (no longer); do it by hand: kubectl uncordon node-1",
    ],
    [
      'scale-down',
      '"replicas":2',
      "lastcall could not scale Deployment 'shop' back to 2 (no longer); do it by hand: " +
        'kubectl scale deployment/shop --replicas=2 -n ns',
    ],
  ] as const) {
    test(`${trigger}: also with --quiet, and in the JSON document`, async (t) => {
      const cluster = await startCluster(t)
      refuse(cluster, back)
      const { io, code } = begin(t, cluster, '--trigger', trigger, '--quiet', '-o', 'json')
      assert.equal(await code, 3, io.err())
      assert.equal(io.err(), `Left behind: ${sentence}\n`)
      assert.deepEqual(documentOf(io).leftBehind, [sentence])
    })
  }

  test('at a second Ctrl-C, which waits for nothing any more', async (t) => {
    const cluster = await startCluster(t)
    const release = hold(cluster, '"unschedulable":null')
    t.after(release)
    const { io, code } = begin(t, cluster, '--trigger', 'drain-node', '--quiet')
    await eventually('a node is cordoned', () => isCordoned(cluster))
    io.send('SIGINT')
    assert.equal(io.err(), '')
    io.send('SIGINT')
    assert.deepEqual(io.deaths, ['SIGINT'])
    assert.equal(
      io.err(),
      "Left behind: lastcall did not uncordon the node 'node-1'; do it by hand: kubectl uncordon node-1\n",
    )
    release()
    assert.equal(await code, 130)
  })
})
