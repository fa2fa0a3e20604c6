import { once } from 'node:events'
import { createServer } from 'node:http2'
import { test, type TestContext } from 'node:test'
import { turns } from '../../../helpers/eventually.ts'
import { HostileClient } from '../../../helpers/hostile/hostile-client.ts'
import { preface, request, settings } from '../../../helpers/hostile/http2-frames.ts'
import { manualClock } from '../../../helpers/manual-clock.ts'
import { drainable } from '../setup.ts'

/** As long as a session is kept whose client may be about to ask. */
const shutdownDelayMs = 2_000

/** Of the real clock, whatever a test does with the others. */
const { setTimeout: realTimeout } = globalThis

/** A session that has just been opened, in a drain, whose client answers neither PING nor GOAWAY. */
async function drainSilent(t: TestContext) {
  const server = createServer()
  server.on('stream', (stream) => {
    stream.on('error', () => {})
    stream.respond({ ':status': 200 })
    stream.end('ok')
  })
  const { adapter, port } = await drainable(t, server, { shutdownDelayMs })
  const opened = once(server, 'session')
  const client = await HostileClient.connect(port)
  t.after(() => client.socket.destroy())
  client.send(preface, settings())
  await opened
  const clock = manualClock(t)
  const drained = adapter.drain()
  while (adapter.isListening()) await turns(1)
  await turns(5)
  /** Lets all the time pass that lastcall gives such a client. */
  const waitLong = async (): Promise<void> => {
    for (let passed = 0; passed < 10_000; passed += 250) {
      await turns(3)
      clock.tick(250)
    }
    const late = new Promise((_, reject) => realTimeout(() => reject(new Error('the drain goes on')), 5_000))
    await Promise.race([drained, late])
  }
  return { client, clock, waitLong }
}

test('a silent client whose first stream crosses the GOAWAY does not hold the drain', async (t) => {
  const { client, clock, waitLong } = await drainSilent(t)
  // Node reads what has arrived between the timers and the turn in which it writes the GOAWAY.
  await new Promise<void>((resolve) => {
    realTimeout(() => {
      client.send(request(1, '/'))
      clock.tick(shutdownDelayMs)
      resolve()
    }, 20)
  })
  await waitLong()
})
