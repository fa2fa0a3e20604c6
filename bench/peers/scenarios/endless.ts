import { once } from 'node:events'
import { WebSocket } from 'ws'
import { RawClient } from '../../../test/helpers/raw-http.ts'
import type { Scenario } from './scenario.ts'

/** Connections that do not end by themselves. */
export const endless: readonly Scenario[] = [
  {
    id: 'E',
    title: 'E: idle WebSocket, close code',
    play: async (host) => {
      const socket = new WebSocket(`ws://127.0.0.1:${host.port}/socket`)
      socket.on('error', () => {})
      await once(socket, 'open')
      host.stop()
      const [code] = (await once(socket, 'close')) as [number]
      return String(code)
    },
  },
  {
    id: 'SSE',
    title: 'Event stream open',
    play: async (host) => {
      const client = await RawClient.connect(host.port)
      client.get('/events')
      await client.until(() => client.received.includes('data: now') || client.ending !== 'open')
      host.stop()
      await client.until(() => client.responses().length > 0 || client.ending !== 'open')
      return client.responses().length > 0 ? 'ended whole' : 'cut'
    },
  },
]
