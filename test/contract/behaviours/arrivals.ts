import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { WAIT_MS } from '../../helpers/eventually.ts'
import type { Behaviour } from './behaviour.ts'

export const newConnectionInDelay: Behaviour = {
  title: 'trap 4, 42: a new connection in the delay is served, never with 503',
  async run(part) {
    await part.begun()
    const client = await part.connect()
    client.get()
    const { status, headers } = await client.response()
    assert.deepEqual([status, headers['connection']], [200, 'close'])
    assert.equal(await client.ended(), 'end')
  },
}

export const slowInDelay: Behaviour = {
  title: 'trap 42: a slow request that arrives in the delay is finished in the drain',
  async run(part) {
    await part.begun()
    const client = await part.connect()
    client.get(`/slow?gate=${part.gate('slow')}`)
    await part.program.at(part.gate('slow'))
    await part.draining()
    part.program.open(part.gate('slow'))
    const { status, headers, body } = await client.response()
    assert.deepEqual([status, headers['connection'], body], [200, 'close', 'done'])
  },
}

export const pipelinedInDelay: Behaviour = {
  title: 'trap 14: three pipelined requests in the delay get three answers, and only the last says close',
  async run(part) {
    const client = await part.connect()
    await part.begun()
    client.send('GET / HTTP/1.1\r\nHost: test\r\n\r\n'.repeat(3))
    assert.equal(await client.ended(), 'end')
    assert.deepEqual(
      client.responses().map(({ status, headers }) => [status, headers['connection']]),
      [
        [200, 'keep-alive'],
        [200, 'keep-alive'],
        [200, 'close'],
      ],
    )
  },
}

export const newConnectionInDrain: Behaviour = {
  title: 'trap 5, 39: a new connection in the drain is refused, while probes are answered still',
  async run(part) {
    await part.begun()
    await part.draining()
    assert.equal(await refusal(part.program.port), 'ECONNREFUSED')
    const { status, headers } = await part.program.probe('/livez')
    assert.deepEqual([status, headers['lastcall-state']], [200, 'draining'])
  },
}

/**
 * Tries until the listener is gone, some turns after the drain has begun. A client that comes in the instant
 * of its closing is reset; that is what the delay is for.
 */
async function refusal(port: number): Promise<string | undefined> {
  for (const end = performance.now() + WAIT_MS; performance.now() < end;) {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      await once(socket.resume().end(), 'close')
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'ECONNRESET') return code
    } finally {
      socket.destroy()
    }
  }
  throw new Error(`port ${port} still accepts after ${WAIT_MS / 1_000} s`)
}
