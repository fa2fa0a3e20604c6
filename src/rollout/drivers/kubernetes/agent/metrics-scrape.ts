import { setTimeout as sleep } from 'node:timers/promises'
import { askHttp, type ProbeTarget } from './ask-http.ts'
import type { Scrape } from './protocol.ts'

/** Interval for pods that serve, and for pods that are going away. Milliseconds. */
const SERVING_PERIOD_MS = 2_000
const GOING_PERIOD_MS = 250

/**
 * Reads lastcall's metrics from a pod until the signal is aborted, and resolves to the last ones. For a pod
 * without such metrics it resolves to undefined after one request. Never rejects.
 */
export async function scrapeMetrics(
  target: ProbeTarget,
  isGoing: () => boolean,
  signal: AbortSignal,
): Promise<Scrape | undefined> {
  let last: Scrape | undefined
  while (!signal.aborted) {
    const atMs = Date.now()
    const answer = await askHttp({ ...target, path: '/metrics' }, signal)
    const scrape = answer && readScrape(answer.body, atMs)
    // Without an answer the pod may not listen yet, or not any more.
    if (answer && !scrape && !last) return undefined
    last = scrape ?? last
    const untilMs = performance.now() + SERVING_PERIOD_MS
    do {
      await sleep(GOING_PERIOD_MS, undefined, { signal }).catch(() => undefined)
    } while (!signal.aborted && !isGoing() && performance.now() < untilMs)
  }
  return last
}

/** Sums lastcall's series in a text in the Prometheus format; undefined without any. */
export function readScrape(text: string, atMs: number): Scrape | undefined {
  const sum = (name: string): number | undefined => {
    const values = text
      .split('\n')
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)))
    return values.length === 0 ? undefined : values.reduce((total, value) => total + value, 0)
  }
  const forcedCloses = sum('lastcall_forced_closes_total')
  if (forcedCloses === undefined) return undefined
  return { atMs, forcedCloses, inFlight: sum('lastcall_requests_in_flight') ?? 0 }
}
