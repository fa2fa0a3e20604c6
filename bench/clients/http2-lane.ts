import { connect, type ClientHttp2Session } from 'node:http2'
import { once } from 'node:events'
import type { Lane } from './lane.ts'

/** A lane that is an HTTP/2 session (h2c) with one stream at a time. */
export async function openHttp2Lane(port: number, onClose: () => void): Promise<Lane> {
  const session = connect(`http://127.0.0.1:${port}`)
  // Between rounds it is the end of the server; in a round its streams fail.
  session.on('error', () => {})
  session.on('close', onClose)
  await once(session, 'connect')
  return { run: (until) => runStreams(session, until) }
}

async function runStreams(session: ClientHttp2Session, until: number): Promise<number> {
  for (let count = 1; ; count++) {
    await runStream(session)
    if (performance.now() >= until) return count
  }
}

function runStream(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': '/' })
    stream.on('error', reject)
    stream.on('close', () => reject(new Error('a stream was closed under load')))
    stream.on('end', resolve)
    stream.resume()
  })
}
