import { once } from 'node:events'
import { connect as connectTls } from 'node:tls'
import { RawClient } from '../../../test/helpers/raw-http.ts'
import type { Hosted } from '../hosted.ts'

/** A connection that has made a request and is kept alive. */
export async function connectKeptAlive(host: Hosted): Promise<RawClient> {
  const client = await RawClient.connect(host.port)
  client.get('/')
  await client.response()
  return client
}

export async function connectSecure(host: Hosted): Promise<RawClient> {
  const socket = connectTls({ port: host.port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  return new RawClient(socket)
}

/** `whole`, or how the connection ended before the answer was. */
export async function outcomeOf(client: RawClient, whole: string, nth = 1): Promise<string> {
  try {
    const { status } = await client.response(nth)
    return status === 200 ? whole : String(status)
  } catch {
    return client.ending === 'reset' ? 'reset' : 'lost'
  }
}
