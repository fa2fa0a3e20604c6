import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Peer, refuseOldPeer } from '../../src/core/peer.ts'

const peer: Peer = { name: 'fastify', oldest: '5.0.0', install: 'fastify@5' }

test('refuseOldPeer() says in one sentence what was found, what is wanted and what to run', () => {
  assert.throws(() => refuseOldPeer(peer, '4.29.1'), {
    code: 'LASTCALL_UNSUPPORTED_PEER',
    problems: ['found fastify 4.29.1, wanted 5.0.0 or newer; run npm install fastify@5'],
  })
})

test('refuseOldPeer() has nothing against the oldest version, nor against newer ones', () => {
  for (const version of ['5.0.0', '5.12.8', '6.0.0-alpha.1']) refuseOldPeer(peer, version)
})
