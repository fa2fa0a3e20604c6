/** Longer than anything that works takes on a busy machine, and shorter than a test may take: what is broken says where. */
export const WAIT_MS = 30_000

/** Resolves when the condition holds, which is looked at again in every turn of the event loop; rejects, naming it, when it does not come to hold. */
export async function eventually(what: string, holds: () => boolean): Promise<void> {
  for (const end = performance.now() + WAIT_MS; !holds();) {
    if (performance.now() > end) throw new Error(`not within ${WAIT_MS / 1_000} s: ${what}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Resolves as the promise does; rejects, naming what was waited for, when that takes too long. */
export async function within<T>(
  what: () => string,
  promise: Promise<T>,
  limitMs: number = WAIT_MS,
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`not within ${limitMs / 1_000} s: ${what()}`)), limitMs)
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
