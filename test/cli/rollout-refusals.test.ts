import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { suite, test } from 'node:test'
import { main } from '../../src/cli/main.ts'
import { captureIo } from '../helpers/captured-io.ts'
import { eventually } from '../helpers/eventually.ts'
import { send } from '../helpers/fake-api-server.ts'
import type { FakeCluster } from '../helpers/fake-cluster.ts'
import { writeKubeconfig } from '../helpers/kubeconfig.ts'
import { makeDeployment, paths } from '../helpers/kubernetes-objects.ts'
import { assertNothingAgainst } from '../helpers/quiet-machine.ts'
import { begin, type Command, documentOf, inPhase, startCluster } from '../helpers/rollout-command.ts'

type Stored = Parameters<FakeCluster['server']['put']>[1]

suite('lastcall rollout, when something is wrong', () => {
  const refuses = async (command: Command, wanted: RegExp, exitCode = 2): Promise<void> => {
    assert.equal(await command.code, exitCode, command.io.err())
    assert.match(command.io.err(), wanted)
    assert.doesNotMatch(command.io.err(), /because of a bug|\n {4}at /)
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
    const cluster = await startCluster(t)
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
    const cluster = await startCluster(t)
    cluster.server.denied.add('create jobs')
    await refuses(begin(t, cluster), /you may not:\n +create jobs\.batch +run the agent/)
  })

  test('no workload, no Service, a paused one: one sentence each, nothing created', async (t) => {
    const cluster = await startCluster(t)
    cluster.server.put(paths.deployments, makeDeployment({ spec: { paused: true } }) as unknown as Stored)
    await refuses(begin(t, cluster), /is paused; resume it first/)
    cluster.server.put(paths.deployments, makeDeployment() as unknown as Stored)
    cluster.server.remove(paths.services, 'shop')
    await refuses(begin(t, cluster), /no Service in the namespace 'ns' selects the pods/)
    await refuses(begin(t, cluster, '-n', 'other'), /there is no Deployment 'shop' in the namespace 'other'/)
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('an image that cannot be pulled: exit code 2, nothing left', async (t) => {
    const cluster = await startCluster(t)
    cluster.waiting = { reason: 'ImagePullBackOff', message: 'not found' }
    await refuses(
      begin(t, cluster, '--image', 'no/such'),
      /cannot pull the image 'no\/such' \(ImagePullBackOff: not found\)/,
    )
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('an object that may not be created after all: the reason of the server, nothing left', async (t) => {
    const cluster = await startCluster(t)
    const { intercept } = cluster.server
    cluster.server.intercept = (request, response) => {
      if (request.method !== 'POST' || request.path !== paths.configMaps) return intercept(request, response)
      send(response, 403, { reason: 'Forbidden', message: 'exceeded quota: small' })
      return true
    }
    await refuses(begin(t, cluster), /refused with 403 Forbidden: exceeded quota: small/)
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('an application that answers 500 from the start: exit code 2, nothing left', async (t) => {
    const cluster = await startCluster(t)
    await refuses(begin(t, cluster, '--path', '/broken'), /GET \/broken .*500/)
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('a rollout that never finishes fails the run, with what was seen until then', async (t) => {
    const cluster = await startCluster(t)
    cluster.controller.restartFate = 'stuck'
    const { io, code } = begin(t, cluster, '-o', 'json')
    assert.equal(await code, 1)
    const { stuck, verdict, load } = documentOf(io)
    assert.match(stuck ?? '', /exceeded its progressDeadlineSeconds/)
    assert.match(verdict.reasons.join(), /could not be finished/)
    assert.ok(load.requests > 0)
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('an agent that runs out of memory makes the run inconclusive, with what was seen until then', async (t) => {
    const cluster = await startCluster(t)
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

  test('an agent that is lost in the middle of a restart is no fault of the workload', async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, '--baseline', '1500ms', '-o', 'json')
    await inPhase(io, 'rollout')
    cluster.killAgent()
    assert.equal(await code, 3)
    const { interruptedBy, stuck, verdict } = documentOf(io)
    assert.match(interruptedBy ?? '', /OOMKilled/)
    assert.deepEqual([stuck, verdict.outcome], [undefined, 'inconclusive'])
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('a log that breaks and an API server that restarts lose nothing', async (t) => {
    const cluster = await startCluster(t)
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
