import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import { suite, test, type TestContext } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { CloseHandshake } from '../../../../src/node/types.ts'
import { drainable } from '../setup.ts'
import { askForWebSocket, askUpgrade, switching, untilReceived } from './upgrade-setup.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Collects garbage until the condition holds, or for a second. */
async function collected(condition: () => boolean): Promise<boolean> {
  for (let turn = 0; turn < 100 && !condition(); turn++) {
    // What a condition has looked at lives until the end of this turn.
    await new Promise((resolve) => setTimeout(resolve, 10))
    collectGarbage()
  }
  return condition()
}

/** Opens so many WebSockets with this query, and gives what their requests are remembered by. */
async function openMany(
  t: TestContext,
  options: { readonly count: number; readonly query?: string; readonly closeHandshake?: CloseHandshake },
): Promise<readonly WeakRef<IncomingMessage>[]> {
  const server = createServer()
  const references: WeakRef<IncomingMessage>[] = []
  server.on('upgrade', (request) => references.push(new WeakRef(request)))
  const { client } = await drainable(
    t,
    server,
    options.closeHandshake ? { closeHandshake: options.closeHandshake } : {},
  )
  const head = askForWebSocket.replace(
    '/chat?token=secret',
    `/a/path/of/some/length?token=${options.query ?? ''}`,
  )
  for (let n = 0; n < options.count; n++) {
    const one = await client()
    const { socket } = await askUpgrade(server, one, head)
    socket.write(switching)
    await untilReceived(one, switching)
  }
  return references
}

suite('memory of a WebSocket', () => {
  test('its upgrade request is not kept', async (t) => {
    const references = await openMany(t, { count: 20 })
    assert.equal(references.length, 20)
    assert.ok(await collected(() => references.every((reference) => reference.deref() === undefined)))
  })

  test('its upgrade request is kept for a close handshake, which gets it', async (t) => {
    const references = await openMany(t, { count: 5, closeHandshake: (socket) => socket.destroy() })
    const gone = await collected(() => references.some((reference) => reference.deref() === undefined))
    assert.equal(gone, false)
  })

  test('its label does not keep the URL that it was taken from', async (t) => {
    const [count, length] = [300, 14_000]
    const heap = (): number => {
      collectGarbage()
      return process.memoryUsage().heapUsed
    }
    await openMany(t, { count: 10 })
    const atFirst = heap()
    await openMany(t, { count })
    const short = heap() - atFirst
    const before = heap()
    await openMany(t, { count, query: 'x'.repeat(length) })
    await collected(() => heap() - before < short + (count * length) / 2)
    const long = heap() - before
    assert.ok(long < short + (count * length) / 2, `${long} bytes with long URLs, ${short} with short ones`)
  })
})
