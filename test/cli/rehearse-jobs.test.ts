import assert from 'node:assert/strict'
import { type TestContext, suite, test } from 'node:test'
import { main } from '../../src/cli/main.ts'
import type { RehearsalDocument } from '../../src/rollout/run-document.ts'
import { type CapturedIo, captureIo } from '../helpers/captured-io.ts'
import { startJobQueue } from '../helpers/job-queue.ts'

const worker = ['--', process.execPath, 'test/fixtures/job-worker.ts']
const short =
  '--replicas 2 --baseline 500ms --cool-down 300ms --shutdown delay=1s,drain=5s,hooks=1s,grace=10s'.split(' ')

interface Rehearsal {
  readonly io: CapturedIo
  readonly code: number
  readonly document: RehearsalDocument
}

/** Rehearses workers that do jobs for half a second each. */
async function rehearse(t: TestContext, ending: string, ...flags: string[]): Promise<Rehearsal> {
  const queue = await startJobQueue(t)
  const io = captureIo({ ...process.env, QUEUE: queue.origin, JOB_MS: '500', ENDING: ending })
  const jobs = ['--lanes', 'jobs', '--jobs-url', queue.url, '--jobs-rate', '3', '--jobs-timeout', '3s']
  const code = await main(['rehearse', ...short, ...jobs, ...flags, '--json', '-', ...worker], io)
  assert.notEqual(io.out(), '', io.err())
  return { io, code, document: JSON.parse(io.out()) as RehearsalDocument }
}

suite('lastcall rehearse --lanes jobs', () => {
  test('finds that a worker with lastcall loses no job, and asks nothing but its probe server', async (t) => {
    const { code, document } = await rehearse(
      t,
      'drain',
      '--restarts',
      '6',
      '--jobs-once',
      '--jobs-lock',
      '1s',
    )
    const { verdict, load, pods } = document
    assert.deepEqual(load.failures, [])
    assert.deepEqual([verdict.outcome, code], ['pass', 0], verdict.reasons.join('\n'))
    assert.deepEqual(
      pods.map(({ local }) => local?.readiness),
      Array(14).fill({ kind: 'probe-server' }),
    )
    assert.deepEqual(
      load.lanes.map(({ lane }) => lane),
      ['jobs'],
    )
    assert.equal(verdict.smallestOutageMs, null)
    const notices = document.timeline.flatMap(({ kind, detail }) => (kind === 'notice' ? [detail] : []))
    assert.match(notices.join(), /^done jobs are looked at again when the locks .*: in 1 s and the time/)
  })

  test('finds the jobs of a worker that ends at once', async (t) => {
    const { code, document } = await rehearse(t, 'exit')
    const { load, verdict } = document
    assert.equal(code, 1)
    assert.ok(load.failed > 0)
    assert.deepEqual([...new Set(load.failures.map(({ error }) => error?.code))], ['JOB_LOST'])
    assert.match(verdict.notes.join(), /a pod counted as ready while its process ran/)
  })

  test('too few jobs prove nothing', async (t) => {
    const { code, document } = await rehearse(t, 'bare', '--jobs-rate', '1')
    assert.deepEqual([code, document.load.failed], [3, 0])
    assert.match(document.verdict.reasons.join(), /^too few jobs, or too short ones: .* raise --jobs-rate or/)
  })
})
