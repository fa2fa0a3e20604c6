import assert from 'node:assert/strict'
import type { Behaviour } from './behaviour.ts'

export const requestInFlight: Behaviour = {
  title: 'trap 7: a request in flight is answered in the drain, and its response says close',
  async run(part) {
    const client = await part.connect()
    client.get(`/slow?gate=${part.gate('slow')}`)
    await part.program.at(part.gate('slow'))
    await part.begun()
    await part.draining()
    part.program.open(part.gate('slow'))
    const { status, headers, body } = await client.response()
    assert.deepEqual([status, headers['connection'], body], [200, 'close', 'done'])
    assert.equal(await client.ended(), 'end')
  },
}

export const responseBegun: Behaviour = {
  title:
    'trap 8, 10: a response begun before the signal is completed, and its connection serves the request that it promised to',
  async run(part) {
    const client = await part.connect()
    client.get(`/stream?gate=${part.gate('stream')}`)
    await client.until(() => client.received.includes('begun'))
    await part.begun()
    await part.draining()
    part.program.open(part.gate('stream'))
    const begun = await client.response()
    assert.deepEqual([begun.headers['connection'], begun.body], ['keep-alive', 'begun done'])
    client.get()
    const next = await client.response(2)
    assert.deepEqual([next.status, next.headers['connection']], [200, 'close'])
    assert.equal(await client.ended(), 'end')
  },
}

export const halfSentHead: Behaviour = {
  title: 'trap 12: a request whose head is half sent is served when the drain has begun',
  async run(part) {
    const client = await part.connect()
    client.send('GET / HTTP/1.1\r\nHo')
    await part.begun()
    await part.draining()
    client.send('st: test\r\n\r\n')
    const { status, headers } = await client.response()
    assert.deepEqual([status, headers['connection']], [200, 'close'])
  },
}

export const halfSentBody: Behaviour = {
  title: 'trap 12: a request whose body is half sent is served when the drain has begun',
  async run(part) {
    const client = await part.connect()
    const head = 'POST /echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 15'
    client.send(`${head}\r\n\r\n{"text":`)
    await part.begun()
    await part.draining()
    client.send('"full"}')
    const { status, body } = await client.response()
    assert.deepEqual([Math.trunc(status / 100), JSON.parse(body)], [2, { text: 'full' }])
  },
}

export const pipelinedInFlight: Behaviour = {
  title: 'trap 14: three pipelined requests in flight at the signal get three answers in the drain',
  async run(part) {
    const client = await part.connect()
    for (const path of [`/slow?gate=${part.gate('slow')}`, '/', '/']) client.get(path)
    await part.program.at(part.gate('slow'))
    await part.begun()
    await part.draining()
    part.program.open(part.gate('slow'))
    await client.ended()
    assert.deepEqual(
      client.responses().map(({ status }) => status),
      [200, 200, 200],
    )
  },
}

export const clientGone: Behaviour = {
  title: 'trap 58: a request whose client has gone away does not hold the drain',
  async run(part) {
    const client = await part.connect()
    client.get(`/slow?gate=${part.gate('never')}`)
    await part.program.at(part.gate('never'))
    await part.begun()
    client.close()
    await part.draining()
    const { report } = await part.ended()
    assert.deepEqual(report.forcedCloses.details, [])
    assert.ok(report.events.some(({ event }) => event === 'connectionsDrained'))
  },
}
