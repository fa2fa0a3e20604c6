import { setTimeout as sleep } from 'node:timers/promises'
import { RawClient } from '../../../test/helpers/raw-http.ts'
import type { Hosted } from '../hosted.ts'
import type { LoopPhase } from '../protocol.ts'
import { connectKeptAlive, outcomeOf } from './client.ts'
import { type Scenario, SLOW_MS } from './scenario.ts'

const QUEUED = 20

/** How long after the signal a client that does not know of it goes on. */
const LATER_MS = 100

const HALF_HEAD = 'GET / HTTP/1.1\r\nHost: bench\r\n'
const HEAD = `${HALF_HEAD}\r\n`

/** A slow request, so that the process is there at all when something comes later. */
async function keepBusy(host: Hosted): Promise<void> {
  const busy = await RawClient.connect(host.port)
  busy.get(`/slow?ms=${SLOW_MS}`)
  await host.arrived()
}

async function stopOverRequest(host: Hosted, phase: LoopPhase): Promise<string> {
  const client = await connectKeptAlive(host)
  await host.stopWhileBlocked(
    phase,
    () => new Promise((resolve) => client.socket.write(HEAD, () => resolve())),
  )
  return outcomeOf(client, 'served', 2)
}

/** Connections and requests that nobody has looked at yet, or that come later. */
export const waiting: readonly Scenario[] = [
  {
    id: 'F',
    title: `F: new connection ${LATER_MS} ms after the signal`,
    play: async (host) => {
      await keepBusy(host)
      host.stop()
      await sleep(LATER_MS)
      try {
        const client = await RawClient.connect(host.port)
        client.get('/')
        return await outcomeOf(client, 'served')
      } catch (error) {
        return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'refused' : 'reset'
      }
    },
  },
  {
    id: 'G',
    title: 'G: keep-alive request in the kernel’s buffer',
    play: (host) => stopOverRequest(host, 'poll'),
  },
  {
    id: 'G-timer',
    title: 'G, stopped from a timer',
    play: (host) => stopOverRequest(host, 'timers'),
  },
  {
    id: 'queue',
    title: `${QUEUED} connections in the accept queue`,
    play: async (host) => {
      const outcomes: Promise<string>[] = []
      await host.stopWhileBlocked('poll', async () => {
        const clients = await Promise.all(Array.from({ length: QUEUED }, () => RawClient.connect(host.port)))
        for (const client of clients) {
          await new Promise<void>((resolve) => client.socket.write(HEAD, () => resolve()))
          outcomes.push(outcomeOf(client, 'served'))
        }
      })
      const served = (await Promise.all(outcomes)).filter((outcome) => outcome === 'served')
      return `${served.length}/${QUEUED}`
    },
  },
  {
    id: 'H',
    title: `H: keep-alive request ${LATER_MS} ms after the signal`,
    play: async (host) => {
      const client = await connectKeptAlive(host)
      await sleep(3 * LATER_MS)
      await keepBusy(host)
      host.stop()
      await sleep(LATER_MS)
      if (client.ending !== 'open') return 'closed before'
      client.get('/')
      return outcomeOf(client, 'served', 2)
    },
  },
  {
    id: 'M',
    title: 'M: TCP connection without data',
    play: async (host) => {
      const client = await RawClient.connect(host.port)
      // Connections are accepted in their order.
      const behind = await connectKeptAlive(host)
      behind.close()
      host.stop()
      await client.ended()
      return 'closed'
    },
  },
  {
    id: 'M2',
    title: `M2: head half sent, the rest ${LATER_MS} ms after the signal`,
    play: async (host) => {
      const client = await RawClient.connect(host.port)
      client.send(HALF_HEAD)
      const behind = await connectKeptAlive(host)
      behind.close()
      host.stop()
      await sleep(LATER_MS)
      client.send('\r\n')
      return outcomeOf(client, 'served')
    },
  },
]
