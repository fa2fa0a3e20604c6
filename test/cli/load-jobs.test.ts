import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer as createHttpsServer } from 'node:https'
import { type TestContext, suite, test } from 'node:test'
import { main } from '../../src/cli/main.ts'
import type { LoadDocument } from '../../src/report/load-command-document.ts'
import { type CapturedIo, captureIo } from '../helpers/captured-io.ts'
import { readDocument } from '../helpers/documents.ts'
import { eventually } from '../helpers/eventually.ts'
import { type JobQueue, startJobQueue, work } from '../helpers/job-queue.ts'
import { listen } from '../helpers/listen.ts'

interface Waiting {
  readonly io: CapturedIo
  readonly queue: JobQueue
  readonly ended: Promise<number>
}

/** Starts `lastcall load` with jobs alone, and ends it by SIGTERM when some are done. */
async function endByTerm(t: TestContext, ...flags: string[]): Promise<Waiting> {
  const queue = await startJobQueue(t)
  work(queue, 0)
  const io = captureIo()
  const jobs = ['--lanes', 'jobs', '--jobs-url', queue.url, '--jobs-rate', '50', '--json', '-']
  const ended = main(['load', ...jobs, ...flags], io)
  const done = (): boolean => queue.ids.filter((id) => queue.timesOf(id) > 0).length > 30
  await eventually('done jobs', done)
  // From here on no job is done any more, so that some are outstanding at the end.
  queue.onJob = () => undefined
  const { length } = queue.ids
  await eventually('an outstanding job', () => queue.ids.length > length)
  io.send('SIGTERM')
  return { io, queue, ended }
}

suite('load with jobs that are done once', () => {
  test('says that it waits for locks, and reports at the second signal', { timeout: 20_000 }, async (t) => {
    const { io, ended } = await endByTerm(t, '--jobs-once')
    await eventually('the notice', () => io.err().includes('jobs are looked at again'))
    assert.match(
      io.err(),
      /^done jobs are looked at again when .*: in 60 s and .* \(--jobs-lock\); a second signal ends the wait$/m,
    )
    io.send('SIGINT')
    assert.equal(await ended, 130)
    assert.deepEqual(io.deaths, [])
    const { verdict, failed, requests } = readDocument<LoadDocument>(io.out())
    assert.deepEqual([verdict.outcome, failed], ['inconclusive', 0])
    assert.ok(requests > 0)
    assert.ok(
      verdict.reasons.some((reason) =>
        reason.startsWith(`${requests} done jobs could not be looked at again`),
      ),
      verdict.reasons.join(),
    )
  })

  test('dies at a second signal where a job may be done twice', { timeout: 20_000 }, async (t) => {
    const { io, ended } = await endByTerm(t, '--jobs-timeout', '500ms')
    io.send('SIGINT')
    assert.deepEqual(io.deaths, ['SIGINT'])
    assert.equal(await ended, 1)
    assert.ok(!io.err().includes('looked at again'))
  })
})

test('load takes --ca and --insecure for a producer with https', { timeout: 20_000 }, async (t) => {
  const cert = 'test/fixtures/tls/cert.pem'
  const pair = { key: readFileSync('test/fixtures/tls/key.pem'), cert: readFileSync(cert) }
  const server = createHttpsServer(pair, (request, response) => {
    request.resume()
    response.end('{"done":1}')
  })
  const { port } = await listen(t, server)
  const flags = ['--lanes', 'jobs', '--jobs-url', `https://127.0.0.1:${port}/jobs`, '--duration', '500ms']
  for (const more of [['--ca', cert], ['--insecure']]) {
    const io = captureIo()
    await main(['load', ...flags, ...more, '--start-timeout', '1ms', '--json', '-'], io)
    assert.equal(io.err(), '')
    const { failed, requests } = readDocument<LoadDocument>(io.out())
    assert.equal(failed, 0)
    assert.ok(requests > 0)
    assert.ok(!io.out().includes('BEGIN CERTIFICATE'))
  }
  const io = captureIo()
  assert.equal(await main(['load', ...flags, '--start-timeout', '1ms'], io), 2)
  assert.match(io.err(), /DEPTH_ZERO_SELF_SIGNED_CERT/)
})
