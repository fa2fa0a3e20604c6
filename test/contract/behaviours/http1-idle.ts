import assert from 'node:assert/strict'
import type { Behaviour } from './behaviour.ts'

export const idleInDelay: Behaviour = {
  title: 'trap 6: an idle connection stays open in the delay, and its next request is answered with close',
  async run(part) {
    const client = await part.connect()
    client.get()
    assert.equal((await client.response()).headers['connection'], 'keep-alive')
    await part.begun()
    client.get()
    const { status, headers } = await client.response(2)
    assert.deepEqual([status, headers['connection']], [200, 'close'])
    assert.equal(await client.ended(), 'end')
  },
}

export const idleInDrain: Behaviour = {
  title:
    'trap 6: an idle connection that has nothing more to ask is ended in the drain, not before and not reset',
  async run(part) {
    const client = await part.connect()
    client.get()
    await client.response()
    await part.begun()
    assert.equal(client.ending, 'open')
    await part.draining()
    assert.equal(await client.ended(), 'end')
  },
}

export const neverUsed: Behaviour = {
  title:
    'trap 3, 13: a connection that never sends anything is left alone in the delay and does not hold the drain',
  async run(part) {
    const client = await part.connect()
    await part.begun()
    assert.equal(client.ending, 'open')
    await part.draining()
    assert.notEqual(await client.ended(), 'open')
    // It is the drain that ended it, and not the end of the process.
    assert.equal((await part.program.probe('/livez')).headers['lastcall-state'], 'draining')
  },
}

export const usedInDelay: Behaviour = {
  title:
    'trap 3: a connection that was made before the signal and sends its first request in the delay is served',
  async run(part) {
    const client = await part.connect()
    await part.begun()
    client.get()
    const { status, headers } = await client.response()
    assert.deepEqual([status, headers['connection']], [200, 'close'])
  },
}
