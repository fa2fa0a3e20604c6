import assert from 'node:assert/strict'
import type { RawClient } from '../../helpers/raw-http.ts'
import type { Part } from '../part.ts'
import type { Behaviour } from './behaviour.ts'

/**
 * Sends a request on each while the event loop is blocked; all have to be served. Timers come before sockets
 * in its next turn, the drain before the requests.
 */
async function expectServed(part: Part, clients: readonly RawClient[]): Promise<void> {
  for (const client of clients) client.received = ''
  for (const client of clients) client.get()
  await part.released()
  const responses = await Promise.all(clients.map((client) => client.response()))
  assert.deepEqual(
    responses.map(({ status, headers }) => [status, headers['connection']]),
    clients.map(() => [200, 'close']),
  )
}

const several = <T>(count: number, make: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, make))

/**
 * No more than a slow machine accepts in a second, and makes TLS handshakes for: so long the drain waits for
 * each.
 */
const QUEUED = 5

export const acceptQueue: Behaviour = {
  title: 'trap 1, 2: all 5 connections that nobody has accepted yet are served',
  async run(part) {
    await part.begun()
    await expectServed(part, await several(QUEUED, () => part.connect({ awaitsHandshake: false })))
  },
}

export const keptAliveInKernel: Behaviour = {
  title: 'trap 6: the next requests of 5 kept-alive connections, in the kernel already, are served',
  async run(part) {
    const clients = await several(5, () => part.connect())
    for (const client of clients) client.get()
    await Promise.all(clients.map((client) => client.response()))
    await part.begun()
    await expectServed(part, clients)
  },
}

export const freshInKernel: Behaviour = {
  title: 'trap 3: the first requests of 5 accepted connections, in the kernel already, are served',
  async run(part) {
    const clients = await several(5, () => part.connect())
    // Connections are accepted in their order: when the last one is answered, all have been.
    const last = await part.connect()
    last.get()
    await last.response()
    await part.begun()
    await expectServed(part, clients)
  },
}
