import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { type TestContext, test } from 'node:test'
import { HttpClient } from '../../src/load/http1/client.ts'
import { getOf } from '../../src/load/plain-request.ts'
import { sendRequest } from '../../src/load/request.ts'
import { isOwnFailure, readClocks, type Sample, type Target } from '../../src/load/sample.ts'
import type { RequestSpec } from '../../src/load/trace.ts'
import { listen } from '../helpers/listen.ts'

function send(t: TestContext, target: Target, parts: Partial<RequestSpec>): Promise<Sample> {
  const client = new HttpClient(() => target, false)
  t.after(() => client.destroy())
  const rest = { headers: { host: 'localhost' }, timeoutMs: 5_000, scheduledAt: readClocks() }
  return sendRequest({ lane: 'slow-reader', id: 'id-1', ...getOf('/'), ...rest, client, ...parts })
}

test('an answer that has begun and of which no byte comes any more is given up', async (t) => {
  const target = await listen(
    t,
    createServer((_, response) => void response.write('half')),
  )
  const sample = await send(t, target, { silenceMs: 200 })
  assert.deepEqual(sample.error, { code: 'ANSWER_SILENT', message: 'no byte for 200 ms', stage: 'body' })
  assert.deepEqual([sample.bytes, isOwnFailure(sample)], [4, false])
})

test('the load generator blames itself for a silence in which it did not run', async (t) => {
  const target = await listen(
    t,
    createServer((_, response) => void response.write('half')),
  )
  const stall = (): void => {
    for (const end = performance.now() + 1_300; performance.now() < end;);
  }
  const bodyCheck = { write: () => void setImmediate(stall), problem: () => undefined }
  const sample = await send(t, target, { silenceMs: 200, bodyCheck })
  assert.equal(sample.error?.code, 'GENERATOR_STALLED')
  assert.match(sample.error.message, /^no byte for 200 ms; the load generator stalled, .* \d{4,} ms late$/)
  assert.equal(isOwnFailure(sample), true)
})

test('an answer that has not begun may be silent for longer', async (t) => {
  const target = await listen(
    t,
    createServer((_, response) => void setTimeout(() => response.end('late'), 300)),
  )
  assert.equal((await send(t, target, { silenceMs: 100 })).error, undefined)
})
