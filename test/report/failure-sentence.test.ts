import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Sample, SampleError } from '../../src/load/sample.ts'
import { explainFailure } from '../../src/report/failure-sentence.ts'
import { makeSample } from '../helpers/samples.ts'

const explain = (error: Partial<SampleError>, parts: Partial<Sample> = {}): string =>
  explainFailure(
    makeSample({ error: { code: 'ECONNRESET', message: 'm', stage: 'wait', ...error }, ...parts }),
  )

test('explainFailure says in one sentence what each kind of failure met', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    [explain({ code: 'ECONNREFUSED', stage: 'connect' }), /^no server listened/],
    [
      explain({ code: 'ECONNREFUSED', stage: 'connect' }, { target: undefined, remotePort: undefined }),
      /^no endpoint was ready$/,
    ],
    [explain({ stage: 'connect' }), /waited to be accepted/],
    [
      explain({ code: 'EHOSTUNREACH', stage: 'connect', message: 'no route' }),
      /could not be established: no route/,
    ],
    [
      explain({}, { nthOnSocket: 4, idleMs: 120, connectMs: 0, endMs: 2 }),
      /^request 4 on its connection, idle for 120 ms/,
    ],
    [explain({}, { connectMs: 1, endMs: 2 }), /accepted and closed again/],
    [explain({}, { connectMs: 1, endMs: 900 }), /^the connection was cut after 899 ms/],
    [
      explain({ code: 'WRONG_HASH', stage: 'body', message: '12 bytes' }, { lane: 'stream' }),
      /^the stream ended and is not complete: 12 bytes$/,
    ],
    [
      explain({ code: 'WEBSOCKET_1011', message: 'closed with 1011' }, { lane: 'websocket' }),
      /^the WebSocket was closed with 1011$/,
    ],
    [
      explain({ code: 'SSE_GAP', stage: 'body', message: 'event 3 came after event 1' }, { lane: 'sse' }),
      /^events: event 3 came after event 1$/,
    ],
    [explain({ stage: 'body' }, { lane: 'sse' }), /^the event stream was cut/],
    [
      explain({ code: 'HTTP2_REFUSED', message: 'twice' }, { lane: 'http2' }),
      /^the server refused the stream: twice$/,
    ],
    [explain({ stage: 'body' }, { bytes: 12 }), /broke off after 12 bytes/],
    [
      explain({ code: 'HTTP_503', stage: 'body', message: 'answered 503: bye' }),
      /^the application answered 503: bye$/,
    ],
    [
      explain({ code: 'CLIENT_TIMEOUT', stage: 'wait', message: 'no complete answer within 15000 ms' }),
      /^no answer began in time/,
    ],
    [
      explain({ code: 'WRONG_ECHO', stage: 'body', message: 'sent id 1, got 2' }),
      /^the answer belongs to something else/,
    ],
  ]
  for (const [sentence, expected] of cases) assert.match(sentence, expected)
})
