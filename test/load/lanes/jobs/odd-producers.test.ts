import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { suite, test } from 'node:test'
import { followJob } from '../../../../src/load/lanes/jobs/follow-job.ts'
import { explainFailure } from '../../../../src/report/failure-sentence.ts'
import { causes } from '../../../../src/rollout/causes.ts'
import { jobsLoad, startJobQueue, work } from '../../../helpers/job-queue.ts'
import { documentOf, startLane, untilLoad } from '../../../helpers/load.ts'
import { makeSample } from '../../../helpers/samples.ts'

type Answer = (response: ServerResponse) => unknown

const json =
  (value: unknown): Answer =>
  (response) =>
    response.end(JSON.stringify(value))
const status =
  (code: number): Answer =>
  (response) =>
    response.writeHead(code).end('no')

/** What is wrong with the answers to one method, and what the report then says. */
const oddities: readonly (readonly [what: string, method: string, answer: Answer, sentence: RegExp])[] = [
  ['redirects', 'POST', status(302), /^the producer did not take the job: HTTP_302 answered 302: no$/],
  [
    'fails to take jobs',
    'POST',
    status(500),
    /^the producer did not take the job: HTTP_500 answered 500: no$/,
  ],
  [
    'closes at once',
    'POST',
    (response) => response.destroy(),
    /^the producer did not take the job: ECONNRESET /,
  ],
  ['forgets its jobs', 'GET', status(404), /whether the job was done: HTTP_404 answered 404: no$/],
  ['cannot say', 'GET', status(503), /whether the job was done: HTTP_503 answered 503: no$/],
  ['hangs up', 'GET', (response) => response.destroy(), /whether the job was done: ECONNRESET /],
  ['says nothing', 'GET', status(204), /done: WRONG_ANSWER wanted \{"done": 0\} or more, got ""$/],
  ['says null', 'GET', json(null), /done: WRONG_ANSWER wanted \{"done": 0\} or more, got "null"$/],
  ['says yes', 'GET', json({ done: true }), /done: WRONG_ANSWER wanted .*, got "\{\\"done\\":true\}"$/],
  ['counts below 0', 'GET', json({ done: -1 }), /done: WRONG_ANSWER wanted .*, got "\{\\"done\\":-1\}"$/],
  [
    'says no end',
    'GET',
    json({ done: 1, log: 'x'.repeat(70_000) }),
    /done: WRONG_ANSWER .* more than 65536 bytes$/,
  ],
]

suite('a producer that', () => {
  for (const [what, method, answer, sentence] of oddities) {
    test(`${what} is to blame, in a sentence`, async (t) => {
      const queue = await startJobQueue(t)
      work(queue, 0)
      queue.intercept = (request, response) => request.method === method && (answer(response), true)
      const running = startLane(t, 'jobs', () => undefined, jobsLoad(queue, { timeoutMs: 150 }))
      await untilLoad(running, 'failed', 1)
      running.abandon()
      const [failure] = documentOf(running).failures
      assert.match(explainFailure(failure!), sentence)
      assert.equal(causes.find(({ fits }) => fits(failure!))?.title, 'Producer failed')
    })
  }

  test('answers with the whole job says what is wanted', async (t) => {
    const queue = await startJobQueue(t)
    work(queue, 0)
    queue.intercept = ({ method }, response) => {
      if (method !== 'GET') return false
      response.write(`{"log":"${'é'.repeat(10_000)}`)
      setImmediate(() => response.end('é","done":1}'))
      return true
    }
    const running = startLane(t, 'jobs', () => undefined, jobsLoad(queue))
    await untilLoad(running, 'requests', 3)
    await running.stop()
    assert.equal(documentOf(running).failed, 0)
  })

  test('takes its time is not counted as time of the jobs', async (t) => {
    const queue = await startJobQueue(t)
    queue.intercept = (_, response) => !!setTimeout(() => response.end('{"done":1}'), 200)
    const running = startLane(t, 'jobs', () => undefined, jobsLoad(queue))
    await untilLoad(running, 'requests', 5)
    await running.stop()
    const { counts, requests } = documentOf(running).lanes[0]!
    assert.ok((counts['producerMs'] ?? 0) >= requests * 390, `${counts['producerMs']} ms in ${requests}`)
  })

  test('cannot be reached from here, for want of ports, is not to blame', async (t) => {
    const error = { code: 'EADDRNOTAVAIL', message: 'no port', stage: 'connect' } as const
    const producer = {
      pathOf: (id: string) => id,
      enqueue: () => Promise.resolve(makeSample()),
      ask: () => Promise.resolve(error),
      destroy: () => undefined,
    }
    const patience = { timeoutMs: 1, signal: t.signal }
    const sample = await followJob(producer, makeSample(), patience)
    assert.equal(sample.error?.code, 'EADDRNOTAVAIL')
  })
})
