import { get } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Shorter than the kubelet's second. Otherwise a local restart would mostly wait. */
const PERIOD_MS = 200
/** The kubelet's default `timeoutSeconds`. */
const TIMEOUT_MS = 1_000
/** The kubelet's default `failureThreshold`; one success is enough to be ready. */
const FAILURE_THRESHOLD = 3
const MAX_TEXT_LENGTH = 500

/** The result of a probe. `status` and `text` come from the HTTP response, if there was one. */
export interface ProbeAnswer {
  readonly ready: boolean
  readonly status?: number
  readonly text?: string
}

/** Sends one `GET path` to this machine. Like the kubelet, it accepts only 200 to 399 within a second. */
export async function probePath(port: number, path: string): Promise<ProbeAnswer> {
  const { promise, resolve } = Promise.withResolvers<ProbeAnswer>()
  const request = get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
    const status = response.statusCode ?? 0
    let text = ''
    response
      .setEncoding('utf8')
      .on('data', (chunk: string) => (text = `${text}${chunk}`.slice(0, MAX_TEXT_LENGTH)))
    response.on('end', () => resolve({ ready: status >= 200 && status < 400, status, text }))
    response.on('error', () => resolve({ ready: false }))
  })
  // The whole response has to arrive in time. A socket timeout would restart with each byte.
  const timer = setTimeout(() => request.destroy(), TIMEOUT_MS)
  request.on('error', () => resolve({ ready: false }))
  request.on('close', () => resolve({ ready: false }))
  return promise.finally(() => clearTimeout(timer))
}

/** Whether a server on this machine accepts connections on the port. Tries for at most a second. */
export function accepts(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS })
    const settle = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.on('connect', () => settle(true))
    socket.on('timeout', () => settle(false))
    socket.on('error', () => settle(false))
  })
}

/** Probes until the signal is aborted, and reports every change. A server begins as not ready. */
export async function watchReadiness(
  ask: () => Promise<ProbeAnswer>,
  onChange: (ready: boolean) => void,
  signal: AbortSignal,
): Promise<void> {
  let ready = false
  let failures = 0
  while (!signal.aborted) {
    const { ready: answer } = await ask()
    if (signal.aborted) return
    failures = answer ? 0 : failures + 1
    if (answer !== ready && (answer || failures >= FAILURE_THRESHOLD)) {
      ready = answer
      onChange(ready)
    }
    await sleep(PERIOD_MS, undefined, { signal }).catch(() => undefined)
  }
}
