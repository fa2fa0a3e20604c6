import assert from 'node:assert/strict'
import { channel } from 'node:diagnostics_channel'
import type { ServerResponse } from 'node:http'
import { Server, Socket } from 'node:net'
import { test } from 'node:test'
import { ConnectionBook, inFlightSince } from '../../../src/node/drain/connections.ts'

// Quadratic work at this number would be minutes, which the time limit of a test does not allow.
const PIPELINED = 200_000

test('the book keeps up with a client that pipelines without end', (t) => {
  const server = new Server()
  const socket = new Socket()
  const book = new ConnectionBook(server, 'connection')
  t.after(() => book.release())
  server.emit('connection', socket)
  const connection = book.open.get(socket)!
  const exchanges = Array.from({ length: PIPELINED }, () => ({
    server,
    request: { socket },
    response: {} as ServerResponse,
  }))
  for (const exchange of exchanges) channel('http.server.request.start').publish(exchange)
  assert.equal(connection.requests, PIPELINED)
  assert.equal(connection.earlier?.size, PIPELINED - 1)
  assert.equal(inFlightSince(connection), connection.earlier?.get(exchanges[0]!.response))
  for (const exchange of exchanges) channel('http.server.response.finish').publish(exchange)
  assert.deepEqual([connection.earlier, connection.response], [null, null])
})
