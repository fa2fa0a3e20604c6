import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { suite, type TestContext, test } from 'node:test'
import { createApiClient } from '../../../../../src/rollout/drivers/kubernetes/api/client.ts'
import { followLog } from '../../../../../src/rollout/drivers/kubernetes/api/follow-log.ts'
import { FakeApiServer } from '../../../../helpers/fake-api-server.ts'

const path = '/api/v1/namespaces/shop/pods/agent'

/** One answer to a request for the log. */
type Stream = (response: ServerResponse) => void

const stamp = (seconds: number, fraction = '0'): string => `2026-11-21T10:00:0${seconds}.${fraction}Z`

/** A kubelet resumes at a whole second: everything of that second comes again. */
async function follow(
  t: TestContext,
  streams: readonly Stream[],
): Promise<{ lines: string[]; since: unknown[] }> {
  const server = await new FakeApiServer().start(t)
  const since: unknown[] = []
  let nth = 0
  server.intercept = ({ path: asked, query }, response) => {
    assert.equal(asked, `${path}/log`)
    assert.deepEqual(
      [query.get('follow'), query.get('timestamps'), query.get('container')],
      ['true', 'true', 'agent'],
    )
    since.push(query.get('sinceTime'))
    response.writeHead(200)
    streams[nth++]?.(response)
    return true
  }
  const lines: string[] = []
  const isRunning = (): Promise<boolean> => Promise.resolve(nth < streams.length - 1)
  await followLog(
    createApiClient(server.access, 300),
    { pod: path, container: 'agent' },
    { onLine: (line) => lines.push(line), isRunning },
    AbortSignal.timeout(20_000),
  )
  return { lines, since }
}

suite('followLog()', () => {
  test('reads a log to its end', async (t) => {
    const { lines } = await follow(t, [(log) => log.end(`${stamp(1)} one\n${stamp(2)} two with spaces\n`)])
    assert.deepEqual(lines, ['one', 'two with spaces'])
  })

  test('reads on where a stream broke in the middle of a line, and reports no line twice', async (t) => {
    const { lines, since } = await follow(t, [
      (log) =>
        log.write(`${stamp(1)} one\n${stamp(2, '1')} two\n${stamp(2, '3')} three\n${stamp(2, '5')} fo`, () =>
          log.destroy(),
        ),
      (log) =>
        log.end(`${stamp(2, '1')} two\n${stamp(2, '3')} three\n${stamp(2, '5')} four\n${stamp(3)} five\n`),
    ])
    assert.deepEqual(lines, ['one', 'two', 'three', 'four', 'five'])
    assert.deepEqual(since, [null, '2026-11-21T10:00:02.300000000Z'])
  })

  test('keeps lines apart that have the same time', async (t) => {
    const { lines } = await follow(t, [
      (log) => log.write(`${stamp(1)} same\n${stamp(1)} same\n`, () => log.destroy()),
      (log) => log.end(`${stamp(1)} same\n${stamp(1)} same\n${stamp(1)} same\n${stamp(1, '25')} next\n`),
    ])
    assert.deepEqual(lines, ['same', 'same', 'same', 'next'])
  })

  test('reads lines of a clock that was set back', async (t) => {
    const { lines } = await follow(t, [
      (log) => log.end(`${stamp(5)} late\n${stamp(1)} early\n${stamp(2)} later\n`),
    ])
    assert.deepEqual(lines, ['late', 'early', 'later'])
  })

  test('takes silence for a broken stream', async (t) => {
    const { lines } = await follow(t, [
      (log) => void log.write(`${stamp(1)} one\n`),
      (log) => log.end(`${stamp(1)} one\n${stamp(2)} two\n`),
    ])
    assert.deepEqual(lines, ['one', 'two'])
  })

  test('opens the log once more when its container ended while a stream was open', async (t) => {
    const { lines } = await follow(t, [
      (log) => log.end(`${stamp(1)} one\n`),
      (log) => log.end(`${stamp(1)} one\n${stamp(2)} last words\n`),
    ])
    assert.deepEqual(lines, ['one', 'last words'])
  })
})
