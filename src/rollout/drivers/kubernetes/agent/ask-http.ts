import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { PROBE_TIMEOUT_MS } from './listener-probe.ts'

/** Destination of a pod's probe. */
export interface ProbeTarget {
  readonly host: string
  readonly port: number
  readonly path: string
  readonly isHttps: boolean
  readonly headers: Readonly<Record<string, string>>
}

/** The answer to a probe, with a limited body. */
export interface ProbeAnswer {
  readonly status: number
  readonly body: string
}

/** No endpoint of a pod should answer with more. Characters. */
const MAX_BODY = 1_000_000

/**
 * Probes a pod like the kubelet: on a new connection, with any certificate. Resolves to undefined without an
 * answer in time; never rejects.
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
    // Node refuses some paths and header fields that the kubelet would send.
    return Promise.resolve(undefined)
  }
  const timer = setTimeout(onAbort, PROBE_TIMEOUT_MS)
  signal.addEventListener('abort', onAbort, { once: true })
  outgoing.on('error', () => settle())
  outgoing.end()
  return promise
}
