import assert from 'node:assert/strict'
import type { Behaviour } from './behaviour.ts'

export const halfHandshake: Behaviour = {
  title:
    'trap 13, 16: a connection that never ends its TLS handshake is left alone in the delay and does not hold the drain',
  async run(part) {
    const client = await part.connectPlain()
    // The beginning of a handshake record.
    client.send('\x16\x03\x01')
    await part.begun()
    assert.equal(client.ending, 'open')
    await part.draining()
    assert.notEqual(await client.ended(), 'open')
    assert.equal((await part.program.probe('/livez')).headers['lastcall-state'], 'draining')
  },
}
