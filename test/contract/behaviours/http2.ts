import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:http2'
import { tls } from '../../node/drain/setup.ts'
import type { Behaviour } from './behaviour.ts'

/** What a first GOAWAY says: there is a last stream, and nobody knows which (RFC 9113 §6.8). */
const ANY_STREAM = 2 ** 31 - 1
const REFUSED_STREAM = 7

export const streamsInFlight: Behaviour = {
  title:
    'trap 17: streams in flight are finished in the drain, and the end of one does not close the session of the other',
  async run(part) {
    const client = await part.connectHttp2()
    const [first, second] = [part.gate('first'), part.gate('second')]
    const ids = [first, second].map((gate) => client.request(`/slow?gate=${gate}`))
    await Promise.all([part.program.at(first), part.program.at(second)])
    await part.begun()
    await part.draining()
    for (const [index, gate] of [first, second].entries()) {
      part.program.open(gate)
      assert.deepEqual(await client.response(ids[index]!), { isOk: true, body: 'done', ending: 'ended' })
    }
    assert.equal(await client.ended(), 'end')
  },
}

export const responseBegunHttp2: Behaviour = {
  title: 'trap 17: a stream whose response was begun before the signal is completed in the drain',
  async run(part) {
    const client = await part.connectHttp2()
    const id = client.request(`/stream?gate=${part.gate('stream')}`)
    await client.until(() => client.streams.get(id)?.body !== '')
    await part.begun()
    await part.draining()
    part.program.open(part.gate('stream'))
    assert.deepEqual(await client.response(id), { isOk: true, body: 'begun done', ending: 'ended' })
  },
}

export const halfSentBodyHttp2: Behaviour = {
  title: 'trap 12: a stream whose body is half sent is served when the drain has begun',
  async run(part) {
    const client = await part.connectHttp2()
    const id = client.request('/echo', { method: 'POST', isWhole: false })
    client.send(id, '{"text":', { isLast: false })
    await part.begun()
    await part.draining()
    client.send(id, '"full"}')
    assert.deepEqual(await client.response(id), { isOk: true, body: '{"text":"full"}', ending: 'ended' })
  },
}

export const goaway: Behaviour = {
  title:
    'trap 19: two GOAWAYs in the drain and none before; a stream that crosses them is served or, by the second, unprocessed, never reset',
  async run(part) {
    const client = await part.connectHttp2()
    const gate = part.gate('slow')
    const slow = client.request(`/slow?gate=${gate}`)
    await part.program.at(gate)
    await part.begun()
    assert.deepEqual(client.goaways, [])
    const crossing: number[] = []
    client.onGoaway = () => {
      if (crossing.length < 2) crossing.push(client.request('/'))
    }
    await client.until(() => client.goaways.length >= 2 || client.ending !== 'open')
    const [first, last = 0] = client.goaways
    assert.equal(first, ANY_STREAM)
    assert.ok(last >= slow && last < ANY_STREAM)
    part.program.open(gate)
    assert.deepEqual(await client.response(slow), { isOk: true, body: 'done', ending: 'ended' })
    assert.equal(await client.ended(), 'end')
    for (const id of crossing) {
      const { isOk, ending } = await client.response(id)
      assert.deepEqual([id, isOk], [id, id <= last])
      assert.ok(isOk || ending === 'open' || ending === REFUSED_STREAM)
    }
  },
}

export const idleSession: Behaviour = {
  title: 'trap 18: an idle session is served in the delay, and told and closed in the drain',
  async run(part) {
    const client = await part.connectHttp2()
    await part.begun()
    assert.equal((await client.response(client.request('/'))).isOk, true)
    await part.draining()
    assert.equal(await client.ended(), 'end')
    assert.equal(client.goaways.at(-1), 1)
  },
}

export const newSessionInDelay: Behaviour = {
  title: 'trap 4, 21, 42: a new session in the delay is served, and its responses have no Connection header',
  async run(part) {
    await part.begun()
    const session = connect(`${part.scheme}://127.0.0.1:${part.program.port}`, {
      ca: tls.cert,
      servername: 'localhost',
    } as object)
    const stream = session.request({ ':path': '/' })
    // A Connection header would be a protocol error to Node's client.
    const [headers] = (await once(stream, 'response')) as [Record<string, string | number>]
    assert.deepEqual([headers[':status'], headers['connection']], [200, undefined])
    stream.resume()
    await once(stream, 'close')
    session.close()
  },
}

export const sessionGone: Behaviour = {
  title: 'trap 58: a stream whose client has gone away does not hold the drain',
  async run(part) {
    const client = await part.connectHttp2()
    client.request(`/slow?gate=${part.gate('never')}`)
    await part.program.at(part.gate('never'))
    await part.begun()
    client.close()
    const { report } = await part.ended()
    assert.ok(report.events.some(({ event }) => event === 'connectionsDrained'))
  },
}
