import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { PROBE_TIMEOUT_MS } from './listener-probe.ts'

/** Where a probe of a pod goes. */
export interface ProbeTarget {
  readonly host: string
  readonly port: number
  readonly path: string
  readonly isHttps: boolean
  readonly headers: Readonly<Record<string, string>>
}

/** What came back; the body up to a limit. */
export interface ProbeAnswer {
  readonly status: number
  readonly body: string
}

/** Nothing that a pod says of itself is longer. Characters. */
const MAX_BODY = 1_000_000

/**
 * Asks a pod as the kubelet does: on a connection of its own, whatever certificate it shows. Undefined
 * without an answer in time; never rejects.
 */
export function askHttp(target: ProbeTarget, signal: AbortSignal): Promise<ProbeAnswer | undefined> {
  const { promise, resolve } = Promise.withResolvers<ProbeAnswer | undefined>()
  const { host, port, path, isHttps, headers } = target
  const send = isHttps ? httpsRequest : httpRequest
  const options = {
    host,
    port,
    path,
    headers: { 'user-agent': 'lastcall', ...headers, connection: 'close' },
    agent: false,
    ...(isHttps && { rejectUnauthorized: false }),
  }
  const settle = (answer?: ProbeAnswer): void => {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    outgoing.destroy()
    resolve(answer)
  }
  const onAbort = (): void => settle()
  const onResponse = (response: IncomingMessage): void => {
    let body = ''
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => {
      if (body.length < MAX_BODY) body += chunk
    })
    response.on('end', () => settle({ status: response.statusCode ?? 0, body }))
    response.on('error', () => settle())
  }
  let outgoing: ClientRequest
  try {
    outgoing = send(options, onResponse)
  } catch {
    // The kubelet may send a path or a header field that Node refuses.
    return Promise.resolve(undefined)
  }
  const timer = setTimeout(onAbort, PROBE_TIMEOUT_MS)
  signal.addEventListener('abort', onAbort, { once: true })
  outgoing.on('error', () => settle())
  outgoing.end()
  return promise
}
