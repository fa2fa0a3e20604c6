import { once } from 'node:events'
import { duplexPair } from 'node:stream'
import { connect } from 'node:tls'

/** The first flight of a TLS client, as Node's own sends it. */
export async function clientHello(): Promise<Buffer> {
  const [client, server] = duplexPair()
  const secure = connect({ socket: client, servername: 'localhost' }).on('error', () => {})
  const [hello] = (await once(server, 'data')) as [Buffer]
  secure.destroy()
  server.destroy()
  return hello
}
