import { get } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

const TRY_MS = 2
const LIMIT_MS = 30_000

/** The first line of the answer to `GET path`, on a connection of its own; null when there is none. */
export function ask(port: number, path: string): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>()
  const request = get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
    let text = ''
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    response.on('end', () => resolve(text.split('\n', 1)[0] ?? ''))
    response.on('error', () => resolve(null))
  })
  request.on('error', () => resolve(null))
  return promise
}

/** Asks until an answer fits, and resolves to it. */
export async function askUntil(
  port: number,
  path: string,
  fits: (answer: string) => boolean = () => true,
): Promise<string> {
  for (const end = performance.now() + LIMIT_MS; performance.now() < end; await sleep(TRY_MS)) {
    const answer = await ask(port, path)
    if (answer !== null && fits(answer)) return answer
  }
  throw new Error(`GET ${path} on port ${port}: no answer within ${LIMIT_MS} ms that fits`)
}

/** Asks something else until the answer fits. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + LIMIT_MS; performance.now() < end; await sleep(10)) {
    if (await holds()) return
  }
  throw new Error(`not within ${LIMIT_MS} ms: ${what}`)
}

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
