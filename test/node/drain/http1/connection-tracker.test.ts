import assert from 'node:assert/strict'
import { channel } from 'node:diagnostics_channel'
import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Server, Socket } from 'node:net'
import { suite, test } from 'node:test'
import {
  countInFlight,
  inFlightSince,
  newestResponse,
  openResponses,
} from '../../../../src/node/drain/http1/connection.ts'
import { ConnectionTracker } from '../../../../src/node/drain/http1/connection-tracker.ts'
import { Gate, startDrained } from '../setup.ts'

// Quadratic work at this number would be minutes, which the time limit of a test does not allow.
const PIPELINED = 200_000

suite('the tracked connections', () => {
  test('keep up with a client that pipelines without end, and forget what is answered', (t) => {
    const server = new Server()
    const socket: Socket & { _httpMessage?: ServerResponse | null } = new Socket()
    const tracker = new ConnectionTracker(server, 'connection')
    t.after(() => tracker.release())
    server.emit('connection', socket)
    const connection = tracker.get(socket)!
    const responses = Array.from(
      { length: PIPELINED },
      () => new EventEmitter() as EventEmitter as ServerResponse,
    )
    for (const response of responses) {
      channel('http.server.request.start').publish({ server, request: { socket }, response })
      socket._httpMessage ??= response
    }
    assert.equal(connection.requests, PIPELINED)
    assert.equal(countInFlight(connection), PIPELINED)
    assert.equal(newestResponse(connection), responses.at(-1))
    assert.equal(inFlightSince(connection), connection.pipeline?.since.get(responses[0]!))
    for (const [index, response] of responses.entries()) {
      socket._httpMessage = responses[index + 1] ?? null
      response.emit('close')
    }
    assert.deepEqual([countInFlight(connection), openResponses(connection)], [0, []])
    assert.equal(connection.pipeline?.since.size, 0)
  })

  test('ask Node which responses are open: nothing is subscribed to for the end of one before the announcement', async (t) => {
    const gate = new Gate()
    const { adapter, client } = await startDrained(t, async (_request, response) => {
      await gate.pass()
      response.end('done')
    })
    const finish = channel('http.server.response.finish')
    assert.equal(finish.hasSubscribers, false)
    const one = await client()
    one.send('GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n')
    await gate.entered
    assert.equal(adapter.snapshot().inFlight.request, 2)
    adapter.announceClose()
    assert.equal(finish.hasSubscribers, true)
    gate.open()
    await one.response(2)
    assert.equal(adapter.snapshot().inFlight.request, 0)
  })
})
