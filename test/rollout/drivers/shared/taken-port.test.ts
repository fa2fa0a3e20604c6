import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findTakenPort } from '../../../../src/rollout/drivers/shared/taken-port.ts'

for (const [runtime, line, port] of [
  ['Node.js', 'Error: listen EADDRINUSE: address already in use :::3000', 3_000],
  ['Go', '2026/11/22 00:00:00 listen tcp :8080: bind: address already in use', 8_080],
  ['Python', 'OSError: [Errno 98] Address already in use', undefined],
  ['nginx', 'nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)', undefined],
] as const) {
  test(`findTakenPort understands ${runtime}`, () => {
    assert.deepEqual(findTakenPort(['starting', line, '    at Server.listen (node:net:1:2)']), { port })
  })
}

test('findTakenPort finds nothing in the output of a program that could listen', () => {
  assert.equal(findTakenPort(['listening on :3000']), undefined)
})
