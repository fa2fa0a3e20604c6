import assert from 'node:assert/strict'
import { hasSubscribers } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { test, type TestContext } from 'node:test'
import { drainable, type Drained } from '../setup.ts'

const channel = 'net.client.socket'

const start = (t: TestContext) => drainable(t, createServer())

async function dial(t: TestContext, { port }: Drained<ReturnType<typeof createServer>>): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  await once(socket, 'connect')
}

test('a server knows that its own process has asked it, and no other server takes that for itself', async (t) => {
  const [asked, other] = [await start(t), await start(t)]
  assert.deepEqual([asked.adapter.isAskedHere(), other.adapter.isAskedHere()], [false, false])
  await dial(t, asked)
  assert.deepEqual([asked.adapter.isAskedHere(), other.adapter.isAskedHere()], [true, false])
  // The first one has nothing left to find out; the second one still looks.
  await dial(t, other)
  assert.equal(other.adapter.isAskedHere(), true)
})

test('outgoing connections are looked at as long as a server wants to know of them, and no longer', async (t) => {
  const [one, two] = [await start(t), await start(t)]
  assert.equal(hasSubscribers(channel), true)
  one.adapter.release()
  assert.equal(hasSubscribers(channel), true)
  await dial(t, two)
  assert.equal(hasSubscribers(channel), false)
  const three = await start(t)
  assert.equal(hasSubscribers(channel), true)
  three.adapter.release()
  three.adapter.release()
  assert.equal(hasSubscribers(channel), false)
})
