import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Sample } from '../../src/load/sample.ts'
import { renderFailures } from '../../src/report/failures.ts'
import { createPalette } from '../../src/report/palette.ts'
import { makePod } from '../helpers/run-facts.ts'
import { makeSample } from '../helpers/samples.ts'

const error = {
  code: 'ECONNREFUSED',
  syscall: 'connect',
  message: 'connect ECONNREFUSED 127.0.0.1:3000',
  stage: 'connect',
} as const
const refused = (parts: Partial<Sample> = {}): Sample =>
  makeSample({
    error,
    startedAt: { wallMs: 4_997, monotonicMs: 0 },
    connectMs: undefined,
    firstByteMs: undefined,
    status: undefined,
    ...parts,
  })
const render = (failures: readonly Sample[], failed: number = failures.length): readonly string[] =>
  renderFailures(failures, failed, { startMs: 0, palette: createPalette(false) }).split('\n')

test('renderFailures prints each cause with what helps, and the first failure on each pod in all its detail', () => {
  const idle = { nthOnSocket: 4, idleMs: 120, connectMs: 0, status: undefined, target: 'pod-2' } as const
  const reset = { ...error, code: 'ECONNRESET', syscall: 'read', stage: 'wait' } as const
  const lines = render([
    refused(),
    refused({ id: 'b' }),
    makeSample({ ...idle, error: reset, firstByteMs: undefined }),
  ])
  assert.deepEqual(lines, [
    'Refused: 2 requests, the listener was closed while clients were still being sent here',
    '  What helps: a longer delay (preStop, shutdown delay); nothing that closes the server at the signal',
    '  2 on pod-1, the first at +5.000 s in new-connections: no server listened on that port, not yet or no longer',
    '    GET / a; ECONNREFUSED connect (stage: connect); failed after 3.0 ms; ' +
      'request 1 on its connection; port 40000 to 127.0.0.1:3000',
    '',
    'Reset on a reused connection: 1 request, the server closed an idle connection as the next request was on its way',
    '  What helps: Connection: close on the responses before; lastcall does so from the signal on',
    '  1 on pod-2 at +1.003 s in new-connections: request 4 on its connection, idle for 120 ms: the server closed it as the request was on its way',
    '    GET / a; ECONNRESET read (stage: wait); connected after 0.0 ms; failed after 3.0 ms; ' +
      'request 4 on its connection, idle for 120.0 ms; port 40000 to 127.0.0.1:3000',
  ])
})

test('renderFailures counts the pods and the failures that it does not show', () => {
  const failures = Array.from({ length: 16 }, (_, index) => refused({ target: `pod-${index % 8}` }))
  const lines = render(failures, 20)
  assert.deepEqual(
    lines.filter((line) => /^ {2}\d/.test(line)).map((line) => line.split(',')[0]),
    ['  2 on pod-0', '  2 on pod-1', '  2 on pod-2', '  2 on pod-3', '  2 on pod-4'],
  )
  assert.deepEqual(lines.slice(-3), ['  and 6 on 3 other pods', '', '4 more failures without details'])
})

test('renderFailures says how a pod ended that has to be explained: its end may be the reason', () => {
  const pods = [makePod('pod-1', { ending: 'wrapper' }), makePod('pod-2')]
  const failures = [refused(), refused({ target: 'pod-2' })]
  const text = renderFailures(failures, 2, { startMs: 0, palette: createPalette(false), pods })
  assert.match(text, /1 on pod-1 \(wrapper\) at [^]*1 on pod-2 at /)
})

test('renderFailures leaves out what nobody knows: the pod of a load from outside, the port of a failed look-up', () => {
  const [, , where, detail] = render([refused({ target: undefined, remotePort: undefined })])
  assert.match(where!, /^ {2}1 at \+5\.000 s in new-connections: no endpoint was ready$/)
  assert.match(detail!, /request 1 on its connection$/)
})

test('renderFailures shows the status and the size of a wrong answer', () => {
  const wrong = { code: 'HTTP_503', message: 'answered 503', stage: 'body' } as const
  const [, , , detail] = render([makeSample({ error: wrong, status: 503, bytes: 12 })])
  assert.match(
    detail!,
    /GET \/ a; HTTP_503 \(stage: body\); connected after 1\.0 ms; .*; status 503, 12 bytes;/,
  )
})
