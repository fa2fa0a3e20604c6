import { connect } from 'node:http2'
import { RawClient } from '../../../test/helpers/raw-http.ts'
import type { Hosted } from '../hosted.ts'
import { connectKeptAlive, connectSecure, outcomeOf } from './client.ts'
import { OVERTIME_MS, type Scenario, SLOW_MS } from './scenario.ts'

const IDLE_CONNECTIONS = 100

async function stopInFlight(host: Hosted, client: RawClient, ms = SLOW_MS): Promise<string> {
  client.get(`/slow?ms=${ms}`)
  await host.arrived()
  host.stop()
  return outcomeOf(client, 'ok')
}

/** What becomes of a stream, and whether the session was told. */
async function stopHttp2(
  host: Hosted,
  scheme: 'http' | 'https',
  ms = SLOW_MS,
): Promise<{ whole: boolean; told: boolean }> {
  const session = connect(`${scheme}://127.0.0.1:${host.port}`, { rejectUnauthorized: false })
  const result = { whole: false, told: false }
  session.on('error', () => {})
  session.on('goaway', () => (result.told = true))
  const stream = session.request({ ':path': `/slow?ms=${ms}` })
  let text = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  stream.on('error', () => {})
  await host.arrived()
  host.stop()
  await new Promise<void>((resolve) => stream.once('close', resolve))
  result.whole = text === 'late' && stream.rstCode === 0
  // The GOAWAY may come behind the last byte, but not behind the end of the session.
  if (!result.told && !session.destroyed) {
    await Promise.race([
      new Promise<void>((resolve) => session.once('goaway', () => resolve())),
      new Promise<void>((resolve) => session.once('close', resolve)),
    ])
  }
  return result
}

/** Requests that are being answered when the signal comes. */
export const inFlight: readonly Scenario[] = [
  {
    id: 'A',
    title: 'A: HTTP request in flight',
    play: async (host) => stopInFlight(host, await RawClient.connect(host.port)),
  },
  {
    id: 'A-header',
    title: 'A: what its answer says of the connection',
    play: async (host) => {
      const client = await RawClient.connect(host.port)
      await stopInFlight(host, client)
      return client.responses()[0]?.headers['connection'] ?? 'nothing'
    },
  },
  {
    id: 'A-idle',
    title: `A, beside ${IDLE_CONNECTIONS} idle connections`,
    play: async (host) => {
      const idle = await Promise.all(Array.from({ length: IDLE_CONNECTIONS }, () => connectKeptAlive(host)))
      const outcome = await stopInFlight(host, await RawClient.connect(host.port))
      await host.exited
      for (const client of idle) client.close()
      return outcome
    },
  },
  {
    id: 'B',
    title: 'B: HTTPS request in flight',
    kind: 'https',
    play: async (host) => stopInFlight(host, await connectSecure(host)),
  },
  {
    id: 'C',
    title: 'C: HTTP/2 over TLS, stream in flight',
    kind: 'http2',
    play: async (host) => ((await stopHttp2(host, 'https')).whole ? 'ok' : 'lost'),
  },
  {
    id: 'C-goaway',
    title: 'C: what the session is told',
    kind: 'http2',
    play: async (host) => ((await stopHttp2(host, 'https')).told ? 'GOAWAY' : 'nothing'),
  },
  {
    id: 'D',
    title: 'D: HTTP/2 without TLS, stream in flight',
    kind: 'h2c',
    play: async (host) => ((await stopHttp2(host, 'http')).whole ? 'ok' : 'lost'),
  },
  {
    id: 'L',
    title: 'L: response begun before the signal',
    play: async (host) => {
      const client = await RawClient.connect(host.port)
      client.get(`/begun?ms=${SLOW_MS}`)
      await host.arrived()
      await client.until(() => client.received.includes('first ') || client.ending !== 'open')
      host.stop()
      return (await outcomeOf(client, 'complete')) === 'complete' ? 'complete' : 'cut'
    },
  },
  {
    id: 'N',
    title: 'N: 3 pipelined requests in flight',
    play: async (host) => {
      const client = await RawClient.connect(host.port)
      client.send(`GET /slow?ms=${SLOW_MS} HTTP/1.1\r\nHost: bench\r\n\r\n`.repeat(3))
      await host.arrived(3)
      host.stop()
      await client.until(() => client.responses().length === 3 || client.ending !== 'open')
      return `${client.responses().length}/3`
    },
  },
]

/** The same requests, when they outlast the delay: what meets them is then the stop itself. */
export const overtime: readonly Scenario[] = [
  {
    id: 'A-overtime',
    title: 'A, in flight until after the delay',
    play: async (host) => stopInFlight(host, await RawClient.connect(host.port), OVERTIME_MS),
  },
  {
    id: 'B-overtime',
    title: 'B, in flight until after the delay',
    kind: 'https',
    play: async (host) => stopInFlight(host, await connectSecure(host), OVERTIME_MS),
  },
  {
    id: 'C-overtime',
    title: 'C, in flight until after the delay',
    kind: 'http2',
    play: async (host) => ((await stopHttp2(host, 'https', OVERTIME_MS)).whole ? 'ok' : 'lost'),
  },
]
