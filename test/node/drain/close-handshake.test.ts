import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import { startCloseHandshake } from '../../../src/node/drain/close-handshake.ts'
import { oddValues } from '../../helpers/odd-values.ts'

const silent = (): Duplex => new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })

for (const [what, value] of Object.entries(oddValues)) {
  test(`a close handshake that throws or rejects with ${what} ends its own connection and nothing else`, async () => {
    const throwing = silent()
    const rejecting = silent()
    const healthy = silent()
    const closed = [throwing, rejecting].map(
      (socket) => new Promise((resolve) => socket.once('close', resolve)),
    )
    startCloseHandshake(
      () => {
        throw value
      },
      throwing,
      null,
    )
    startCloseHandshake(() => Promise.reject(value as Error), rejecting, null)
    startCloseHandshake((socket) => void socket.write('bye'), healthy, null)
    await Promise.all(closed)
    assert.equal(healthy.destroyed, false)
    healthy.destroy()
  })
}

test('a close handshake that writes twice and closes the socket itself is no error', async () => {
  const socket = silent()
  const closed = new Promise((resolve) => socket.once('close', resolve))
  startCloseHandshake(
    (connection) => {
      connection.end('bye')
      connection.destroy()
      throw new Error('too late')
    },
    socket,
    null,
  )
  await closed
  startCloseHandshake(undefined, socket, null)
})
