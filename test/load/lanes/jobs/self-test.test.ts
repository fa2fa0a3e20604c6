import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { noChanges } from '../../../../src/load/lane-changes.ts'
import type { LoadOptions } from '../../../../src/load/load-options.ts'
import { selfTest } from '../../../../src/load/self-test.ts'
import { waitForAnswers } from '../../../../src/load/wait-for-answers.ts'
import { jobsLoad as load, startJobQueue, work } from '../../../helpers/job-queue.ts'
import { takePort } from '../../../helpers/ports.ts'

suite('the self-test of jobs', () => {
  const test1 = (options: LoadOptions) => selfTest(options, { host: '127.0.0.1', port: 1 })

  test('has one job done, and needs no pod for that', async (t) => {
    const queue = await startJobQueue(t)
    work(queue, 50)
    assert.deepEqual(await test1(load(queue)), { ...noChanges, problems: [] })
    assert.deepEqual([queue.ids.length, queue.timesOf(queue.ids[0]!)], [1, 1])
    // An id that an earlier run had would be no new job.
    await test1(load(queue))
    assert.equal(queue.ids.length, 2)
  })

  test('says that no worker did it, and what is wanted', async (t) => {
    const queue = await startJobQueue(t)
    const { problems } = await test1(load(queue, { timeoutMs: 300 }))
    assert.deepEqual(problems, [
      {
        unreachable: false,
        sentence:
          'POST /jobs of --jobs-url: the job was not done within 300 ms; the producer has to answer POST --jobs-url/ID ' +
          'with 2xx and GET --jobs-url/ID with {"done": 0} or more, and a worker has to do the job within --jobs-timeout',
      },
    ])
  })

  test('refuses an answer in HTML at once, not after the time of a job', { timeout: 20_000 }, async (t) => {
    const queue = await startJobQueue(t)
    queue.intercept = (_, response) => !!response.end('<html>')
    const { problems } = await test1(load(queue, { timeoutMs: 60_000 }))
    assert.equal(problems[0]?.unreachable, false)
    assert.match(
      problems[0]?.sentence ?? '',
      /^POST \/jobs of --jobs-url: the producer did not say whether the job was done: wanted \{"done": 0\} or more, got "<html>"; the producer has to answer POST/,
    )
  })

  test('names the flag of a producer whose name is not known', async () => {
    const url = 'http://jobs.invalid/jobs'
    const target = { host: 'jobs.invalid', port: 80 }
    const patience = { timeoutMs: 0, signal: new AbortController().signal }
    const { problems } = await waitForAnswers(load({ url }), target, patience)
    assert.match(problems[0]?.sentence ?? '', /^--jobs-url: 'jobs\.invalid' cannot be looked up/)
  })

  test('waits for a producer that does not listen yet', async () => {
    const url = `http://127.0.0.1:${await takePort()}/jobs`
    const { problems } = await test1(load({ url }))
    assert.equal(problems[0]?.unreachable, true)
    assert.match(
      problems[0]?.sentence ?? '',
      /^POST \/jobs of --jobs-url: got no answer: JOB_REFUSED .*ECONNREFUSED/,
    )
  })
})
