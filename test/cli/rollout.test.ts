import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { main } from '../../src/cli/main.ts'
import type { RolloutDocument } from '../../src/rollout/run-document.ts'
import { type CapturedIo, captureIo } from '../helpers/captured-io.ts'
import { eventually } from '../helpers/eventually.ts'
import { FakeCluster } from '../helpers/fake-cluster.ts'
import { writeKubeconfig } from '../helpers/kubeconfig.ts'
import { makeDeployment, paths } from '../helpers/kubernetes-objects.ts'
import { assertNothingAgainst } from '../helpers/quiet-machine.ts'

type Stored = Parameters<FakeCluster['server']['put']>[1]

const short =
  '--baseline 300ms --cool-down 200ms --lanes new-connections,slow --slow-time 300ms --rate 200'.split(' ')

interface Command {
  readonly io: CapturedIo
  readonly code: Promise<number>
}

/** Begins `lastcall rollout deploy/shop` against a cluster. */
function begin(t: TestContext, cluster: FakeCluster, ...flags: string[]): Command {
  const io = captureIo()
  const kubeconfig = writeKubeconfig(t, cluster.server.access.server)
  const code = main(['rollout', 'deploy/shop', '--kubeconfig', kubeconfig, ...short, ...flags], io)
  return { io, code }
}

const start = (t: TestContext): Promise<FakeCluster> => new FakeCluster().start(t)
function documentOf(io: CapturedIo): RolloutDocument {
  assert.notEqual(io.out(), '', io.err())
  return JSON.parse(io.out()) as RolloutDocument
}
const inPhase = (io: CapturedIo, phase: string): Promise<void> =>
  eventually(`the phase ${phase}`, () => io.err().includes(`phase ${phase}`))

suite('lastcall rollout', () => {
  test('restarts a Deployment under load, reports it, and leaves nothing', async (t) => {
    const cluster = await start(t)
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
    const cluster = await start(t)
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
    const cluster = await start(t)
    const { io, code } = begin(t, cluster, '--restarts', '2', '-o', 'json')
    await code
    assert.deepEqual([documentOf(io).restarts, documentOf(io).pods.length], [2, 6])
  })

  test('--dry-run prints every object and every permission, and creates nothing', async (t) => {
    const cluster = await start(t)
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

  test('Ctrl-C prints what was seen, exits with 130 and leaves nothing', async (t) => {
    const cluster = await start(t)
    const { io, code } = begin(t, cluster, '--baseline', '1h', '--json', '-')
    await inPhase(io, 'baseline')
    io.send('SIGINT')
    assert.equal(await code, 130)
    assert.equal(documentOf(io).interruptedBy, 'SIGINT')
    assert.deepEqual(cluster.leftovers(), [])
  })
})

suite('lastcall rollout, when something is wrong', () => {
  const refuses = async (command: Command, wanted: RegExp, exitCode = 2): Promise<void> => {
    assert.equal(await command.code, exitCode, command.io.err())
    assert.match(command.io.err(), wanted)
    assert.doesNotMatch(command.io.err(), /fault of its own|\n {4}at /)
  }

  test('no cluster: the address and the reason, exit code 2', async (t) => {
    const nobody = createServer().listen(0, '127.0.0.1')
    await once(nobody, 'listening')
    const { port } = nobody.address() as AddressInfo
    nobody.close()
    await once(nobody, 'close')
    const kubeconfig = writeKubeconfig(t, `http://127.0.0.1:${port}`)
    const io = captureIo()
    await refuses(
      { io, code: main(['rollout', 'deploy/shop', '--kubeconfig', kubeconfig], io) },
      /does not answer \(connect ECONNREFUSED/,
    )
  })

  test('no kubeconfig, and one without the context: exit code 2, with the contexts that are there', async (t) => {
    const cluster = await start(t)
    const io = captureIo()
    await refuses(
      { io, code: main(['rollout', 'deploy/shop', '--kubeconfig', '/nowhere'], io) },
      /kubeconfig \/nowhere cannot be read/,
    )
    await refuses(
      begin(t, cluster, '--context', 'other'),
      /no context 'other' in the kubeconfig; there are: fake/,
    )
  })

  test('no permission: the table of what is missing', async (t) => {
    const cluster = await start(t)
    cluster.server.denied.add('create jobs')
    await refuses(begin(t, cluster), /you may not:\n +create jobs\.batch +run the agent/)
  })

  test('no workload, no Service, a paused one: one sentence each, nothing created', async (t) => {
    const cluster = await start(t)
    cluster.server.put(paths.deployments, makeDeployment({ spec: { paused: true } }) as unknown as Stored)
    await refuses(begin(t, cluster), /is paused; resume it first/)
    cluster.server.put(paths.deployments, makeDeployment() as unknown as Stored)
    cluster.server.remove(paths.services, 'shop')
    await refuses(begin(t, cluster), /no Service in the namespace 'ns' selects the pods/)
    await refuses(begin(t, cluster, '-n', 'other'), /there is no Deployment 'shop' in the namespace 'other'/)
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('an image that cannot be pulled: exit code 2, nothing left', async (t) => {
    const cluster = await start(t)
    cluster.waiting = { reason: 'ImagePullBackOff', message: 'not found' }
    await refuses(
      begin(t, cluster, '--image', 'no/such'),
      /cannot pull the image 'no\/such' \(ImagePullBackOff: not found\)/,
    )
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('an application that answers 500 from the start: exit code 2, nothing left', async (t) => {
    const cluster = await start(t)
    await refuses(begin(t, cluster, '--get-path', '/broken'), /GET \/broken .*500/)
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('a rollout that never finishes fails the run, with what was seen until then', async (t) => {
    const cluster = await start(t)
    cluster.restartFate = 'stuck'
    const { io, code } = begin(t, cluster, '-o', 'json')
    assert.equal(await code, 1)
    const { stuck, verdict, load } = documentOf(io)
    assert.match(stuck ?? '', /exceeded its progressDeadlineSeconds/)
    assert.match(verdict.reasons.join(), /could not be finished/)
    assert.ok(load.requests > 0)
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('an agent that runs out of memory makes the run inconclusive, with what was seen until then', async (t) => {
    const cluster = await start(t)
    const { io, code } = begin(t, cluster, '--baseline', '1h', '-o', 'json')
    await inPhase(io, 'baseline')
    await eventually('the first counts', () => cluster.said('load'))
    cluster.killAgent()
    assert.equal(await code, 3)
    const { interruptedBy, load } = documentOf(io)
    assert.match(interruptedBy ?? '', /the agent ended with exit code 137 \(OOMKilled\)/)
    assert.ok(load.requests > 0)
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('a log that breaks and an API server that restarts lose nothing', async (t) => {
    const cluster = await start(t)
    const { io, code } = begin(t, cluster, '--baseline', '1500ms', '-o', 'json')
    await inPhase(io, 'baseline')
    await eventually('the first counts', () => cluster.said('load'))
    cluster.breakLogs()
    await inPhase(io, 'rollout')
    cluster.server.cut()
    const exitCode = await code
    const document = documentOf(io)
    assertNothingAgainst(exitCode, document.verdict)
    assert.match(io.err(), /the agent's log broke off and is read on/)
    assert.doesNotMatch(io.err(), /log are missing/)
    assert.equal(document.load.requests, cluster.requests)
    assert.deepEqual(cluster.leftovers(), [])
  })
})
