import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import { sayGoodbye } from '../../../src/node/drain/goodbye.ts'
import { oddValues } from '../../helpers/odd-values.ts'

const silent = (): Duplex => new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })

for (const [what, value] of Object.entries(oddValues)) {
  test(`a goodbye that throws or rejects with ${what} ends its own connection and nothing else`, async () => {
    const throwing = silent()
    const rejecting = silent()
    const healthy = silent()
    const closed = [throwing, rejecting].map(
      (socket) => new Promise((resolve) => socket.once('close', resolve)),
    )
    sayGoodbye(
      () => {
        throw value
      },
      throwing,
      null,
    )
    sayGoodbye(() => Promise.reject(value as Error), rejecting, null)
    sayGoodbye((socket) => void socket.write('bye'), healthy, null)
    await Promise.all(closed)
    assert.equal(healthy.destroyed, false)
    healthy.destroy()
  })
}

test('a goodbye that says so twice and closes itself is no error', async () => {
  const socket = silent()
  const closed = new Promise((resolve) => socket.once('close', resolve))
  sayGoodbye(
    (connection) => {
      connection.end('bye')
      connection.destroy()
      throw new Error('too late')
    },
    socket,
    null,
  )
  await closed
  sayGoodbye(undefined, socket, null)
})
