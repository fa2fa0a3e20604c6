import assert from 'node:assert/strict'
import type { Behaviour } from './behaviour.ts'

const served = { isOk: true, body: 'ok', ending: 'ended' }

export const streamsInKernel: Behaviour = {
  title: 'trap 19: streams of 5 sessions, in the kernel when the drain begins, are served',
  async run(part) {
    const clients = await Promise.all(Array.from({ length: 5 }, () => part.connectHttp2()))
    await part.begun()
    const ids = clients.map((client) => client.request('/'))
    await part.released()
    for (const [index, client] of clients.entries()) {
      assert.deepEqual(await client.response(ids[index]!), served)
    }
  },
}

export const acceptQueueHttp2: Behaviour = {
  title:
    'trap 1, 2: 5 sessions that nobody has accepted yet are served or, with TLS, told that their streams were not processed; none is reset',
  async run(part) {
    await part.begun()
    const clients = await Promise.all(
      Array.from({ length: 5 }, () => part.connectHttp2({ awaitsSettings: false })),
    )
    const ids = clients.map((client) => client.request('/'))
    await part.released()
    for (const [index, client] of clients.entries()) {
      const stream = await client.response(ids[index]!)
      // A session that begins in the drain is told at once to open no streams; what comes in the packet of
      // its preface is served all the same.
      if (part.scheme === 'https' && !stream.isOk) assert.equal(client.goaways.at(-1), 0)
      else assert.deepEqual(stream, served)
      assert.notEqual(client.ending, 'reset')
    }
  },
}
