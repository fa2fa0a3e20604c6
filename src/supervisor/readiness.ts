import { get as httpGet } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ReadyRule } from './options.ts'

const PERIOD_MS = 200
/** The kubelet's default `timeoutSeconds`. */
const TIMEOUT_MS = 1_000
/** The kubelet's default `failureThreshold`. */
const FAILURES = 3

/**
 * Watches the readiness of a program that has no lastcall to tell it. A generation begins as not ready.
 * @param onChange called with null when it became ready, else with the reason why it no longer is
 */
export async function watchReadiness(
  rule: Exclude<ReadyRule, { kind: 'lastcall' }>,
  signal: AbortSignal,
  onChange: (problem: string | null) => void,
): Promise<void> {
  if (rule.kind === 'alive') {
    await sleep(rule.ms, undefined, { signal }).catch(() => undefined)
    if (!signal.aborted) onChange(null)
    return
  }
  let ready = false
  let failures = 0
  while (!signal.aborted) {
    const problem = await ask(rule.url)
    if (signal.aborted) return
    failures = problem === null ? 0 : failures + 1
    if (problem === null ? !ready : ready && failures >= FAILURES) {
      ready = problem === null
      onChange(problem)
    }
    await sleep(PERIOD_MS, undefined, { signal }).catch(() => undefined)
  }
}

/** Returns null for an answer from 200 to 399, else what happened. */
async function ask(url: string): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>()
  // TLS takes memory that most supervisors do not need.
  const get = url.startsWith('https:') ? (await import('node:https')).get : httpGet
  // A check within the machine: the certificate is the application's own, whatever its name is.
  const request = get(url, { agent: false, rejectUnauthorized: false }, (response) => {
    const status = response.statusCode ?? 0
    response.resume()
    resolve(status >= 200 && status < 400 ? null : `${url} answered ${status}`)
  })
  request.on('error', (error) => resolve(`${url}: ${error.message}`))
  const timer = setTimeout(() => {
    resolve(`${url} did not answer within ${TIMEOUT_MS} ms`)
    request.destroy()
  }, TIMEOUT_MS)
  return promise.finally(() => clearTimeout(timer))
}
