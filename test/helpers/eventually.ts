/**
 * Longer than anything that works takes on a busy machine, and shorter than a test may take: what is broken
 * says where.
 */
export const WAIT_MS = 30_000

/**
 * Resolves when the condition holds, which is asked at each turn of the event loop; rejects, naming it, when
 * it does not come to hold.
 */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + WAIT_MS; !(await holds());) {
    if (performance.now() > end) throw new Error(`not within ${WAIT_MS / 1_000} s: ${what}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/**
 * Settles as the promise does; rejects, naming what was waited for, when that takes longer. A bound, never
 * what decides.
 */
export async function within<T>(
  limitMs: number,
  what: string | (() => string),
  promise: Promise<T>,
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const waitedFor = typeof what === 'string' ? what : what()
    reject(new Error(`not within ${limitMs / 1_000} s: ${waitedFor}`))
  }, limitMs)
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/**
 * Lets the event loop turn so many times: enough for whatever a program does without waiting for anything.
 */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}
