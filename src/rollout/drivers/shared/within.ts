import { setTimeout as sleep } from 'node:timers/promises'

/** Whether the promise was fulfilled in time. */
export async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController()
  const elapsed = sleep(ms, false, { signal: timer.signal }).catch(() => false)
  const inTime = await Promise.race([promise.then(() => true), elapsed])
  timer.abort()
  return inTime
}
