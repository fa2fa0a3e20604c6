import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Sample, SampleError } from '../../src/load/sample.ts'
import { causes } from '../../src/rollout/causes.ts'
import { makeSample } from '../helpers/samples.ts'

const causeOf = (error: Partial<SampleError>, parts: Partial<Sample> = {}): string | undefined => {
  const whole = { code: 'ECONNRESET', message: 'm', stage: 'wait', ...error } as const
  const sample = makeSample({ error: whole, connectMs: 0, ...parts })
  return causes.find(({ fits }) => fits(sample))?.title
}

const nowhere = { target: undefined, remotePort: undefined }
const cases: readonly (readonly [string, Partial<SampleError>, Partial<Sample>?])[] = [
  ['No endpoint', { code: 'ECONNREFUSED', stage: 'connect' }, nowhere],
  ['Refused', { code: 'ECONNREFUSED', stage: 'connect' }],
  ['Refused', { code: 'ECONNREFUSED', stage: 'connect' }, { target: undefined }],
  ['Reset on connect', { stage: 'connect' }],
  ['Unreachable', { code: 'CLIENT_TIMEOUT', stage: 'connect' }],
  ['Unreachable', { code: 'ETIMEDOUT', stage: 'connect' }],
  ['Unreachable', { code: 'EHOSTUNREACH', stage: 'connect' }],
  ['Fell silent', { code: 'ANSWER_SILENT', stage: 'body' }],
  ['Timed out', { code: 'CLIENT_TIMEOUT', stage: 'wait' }],
  ['Timed out', { code: 'CLIENT_TIMEOUT', stage: 'body' }],
  ['Answered with 500', { code: 'HTTP_500', stage: 'body' }],
  ['Answered with an error', { code: 'HTTP_503', stage: 'body' }],
  ['Unexpected status', { code: 'HTTP_302', stage: 'body' }],
  ['Unexpected status', { code: 'HTTP_204', stage: 'body' }],
  ['Answered with an error', { code: 'HTTP_404', stage: 'body' }],
  ['Certificate not accepted', { code: 'CERT_HAS_EXPIRED', stage: 'connect' }],
  ['Certificate not accepted', { code: 'ERR_TLS_CERT_ALTNAME_INVALID', stage: 'connect' }],
  ['Certificate not accepted', { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', stage: 'connect' }],
  ['TLS handshake failed', { code: 'ERR_SSL_WRONG_VERSION_NUMBER', stage: 'connect' }],
  ['TLS handshake failed', { code: 'TLS_NO_HTTP2', stage: 'connect' }],
  ['Stream refused twice', { code: 'HTTP2_REFUSED' }],
  ['Stream cut', { code: 'HTTP2_CLOSED' }],
  ['Message not answered', { code: 'WEBSOCKET_1001' }],
  ['No WebSocket', { code: 'WEBSOCKET_HANDSHAKE' }],
  ['WebSocket cut', { code: 'WEBSOCKET_1006' }],
  ['Event lost', { code: 'SSE_GAP', stage: 'body' }],
  ['No event stream', { code: 'SSE_TYPE', stage: 'body' }],
  ['Event stream cut', { code: 'SSE_CUT', stage: 'body' }],
  ['Event stream cut', { stage: 'body' }, { lane: 'sse' }],
  ['Stream incomplete', { code: 'WRONG_HASH', stage: 'body' }],
  ['Job not done', { code: 'JOB_LOST', stage: 'wait' }],
  ['Job done twice', { code: 'JOB_TWICE', stage: 'body' }],
  ['Producer failed', { code: 'JOB_REFUSED', stage: 'connect' }],
  ['Producer failed', { code: 'JOB_UNSEEN', stage: 'wait' }],
  ['Wrong answer', { code: 'PING_WRONG', stage: 'body' }],
  ['Answer mixed up', { code: 'WRONG_ECHO', stage: 'body' }],
  ['Truncated', { stage: 'body' }],
  ['Not connected', { code: 'ENETUNREACH', stage: 'connect' }],
  ['Reset on a reused connection', {}, { nthOnSocket: 2, endMs: 49 }],
  ['Closed without an answer', {}, { endMs: 49 }],
  ['Cut before the answer', {}, { endMs: 51 }],
  ['Cut before the answer', {}, { nthOnSocket: 2, endMs: 51 }],
]

test('every failure has the cause that fits it best', () => {
  for (const [title, error, parts] of cases) {
    assert.equal(causeOf(error, parts), title, JSON.stringify([error, parts]))
  }
})

test('every cause of the list can be found, and has a title of its own', () => {
  const titles = causes.map(({ title }) => title)
  assert.deepEqual([...new Set(cases.map(([title]) => title))].toSorted(), titles.toSorted())
})
