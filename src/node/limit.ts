import { LastcallError } from '../core/errors.ts'

/** How a limited call ended. */
export type Outcome =
  | { readonly type: 'finished'; readonly value: unknown; readonly ms: number }
  | { readonly type: 'failed'; readonly error: unknown; readonly ms: number }
  | { readonly type: 'timedOut'; readonly ms: number }

/**
 * Calls a function of the user's with a time limit and turns every way it can end into a value. It is not stopped at the limit, only no
 * longer waited for; its signal tells it so. A late rejection is swallowed: nobody is left to hear it, and it must not end the process.
 */
export async function limited(call: (signal: AbortSignal) => unknown, ms: number): Promise<Outcome> {
  const began = performance.now()
  const took = (): number => Math.round(performance.now() - began)
  const abort = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<'timedOut'>((resolve) => {
    timer = setTimeout(resolve, ms, 'timedOut')
  })
  const work = Promise.resolve()
    .then(() => call(abort.signal))
    .then(
      (value) => ({ type: 'finished', value, ms: took() }) as const,
      (error: unknown) => ({ type: 'failed', error, ms: took() }) as const,
    )
  const outcome = await Promise.race([work, timeout])
  clearTimeout(timer)
  if (outcome !== 'timedOut') return outcome
  abort.abort(new LastcallError('LASTCALL_TIMEOUT', [`no answer after ${ms} ms`]))
  return { type: 'timedOut', ms: took() }
}

/** A thrown value in one line. Anything can be thrown, undefined too. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error)
}
