import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { eventually } from '../helpers/eventually.ts'
import { startJobQueue } from '../helpers/job-queue.ts'
import { paths } from '../helpers/kubernetes-objects.ts'
import { begin, documentOf, startCluster } from '../helpers/rollout-command.ts'

suite('lastcall rollout --lanes jobs', () => {
  test('rolls workers without a Service, and asks their pods nothing', async (t) => {
    const cluster = await startCluster(t)
    cluster.server.remove(paths.services, 'shop')
    const queue = await startJobQueue(t)
    queue.onJob = (id) => void setTimeout(() => queue.done(id), 600)
    const jobs = ['--lanes', 'jobs', '--jobs-url', queue.url, '--jobs-rate', '40']
    const once = ['--jobs-once', '--jobs-lock', '500ms']
    const { io, code } = begin(t, cluster, ...jobs, ...once, '-o', 'json')
    await eventually('a listener is asked, or the end', () => cluster.said('listener') || io.out() !== '')
    const exitCode = await code
    const { load, verdict, pods, service } = documentOf(io)
    assert.deepEqual([load.failures, exitCode], [[], 0], verdict.reasons.join('\n'))
    assert.deepEqual([load.lanes.map(({ lane }) => lane), service], [['jobs'], undefined])
    assert.ok(pods.filter(({ deletedAt }) => deletedAt !== undefined).length >= 2)
    assert.ok(pods.every(({ cluster: seen }) => seen?.lastAcceptedAt === undefined))
    assert.match(io.err(), new RegExp(`the load goes to the producer of jobs at ${queue.url}`))
    assert.match(verdict.notes.join(), /done jobs were looked at again at the end/)
    assert.deepEqual(cluster.leftovers(), [])
  })

  test('names the lane where a workload has no Service', async (t) => {
    const cluster = await startCluster(t)
    cluster.server.remove(paths.services, 'shop')
    const { io, code } = begin(t, cluster)
    assert.equal(await code, 2)
    assert.match(io.err(), /no Service .* for workers that serve nothing pass --lanes jobs and --jobs-url/)
  })

  test('--dry-run names the producer, and gives the agent the time of the last job and of the lock', async (t) => {
    const cluster = await startCluster(t)
    const jobs = [
      '--lanes',
      'jobs',
      '--jobs-url',
      'http://jobs:8080/jobs',
      '--jobs-timeout',
      '2m',
      '--jobs-lock',
      '1m',
    ]
    const { io, code } = begin(t, cluster, ...jobs, '--dry-run')
    assert.equal(await code, 0)
    assert.match(io.out(), /send load to the producer of jobs at http:\/\/jobs:8080\/jobs, and create:/)
    assert.match(io.out(), /"terminationGracePeriodSeconds": 360/)
    assert.match(io.out(), /\\"reachesPods\\":false/)
  })
})
