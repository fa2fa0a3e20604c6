import { describe } from '../../core/describe.ts'
import { LastcallError } from '../../core/errors.ts'
import { guardSignal } from './guarded-signal.ts'

/** How a limited call ended. */
export type Outcome =
  | { readonly type: 'finished'; readonly value: unknown; readonly ms: number }
  | { readonly type: 'failed'; readonly error: unknown; readonly ms: number }
  | { readonly type: 'timedOut'; readonly ms: number }

/**
 * Calls a function of the user's with a time limit and turns every way it can end into a value. It is not
 * stopped at the limit, only no longer waited for; its signal tells it so. A late rejection is ignored:
 * nobody waits for it any more, and it must not end the process.
 * @param ms the limit; without one nothing but `ended` stops the waiting, and no timer keeps the process up
 * @param ended another reason to stop waiting, before the limit
 */
export async function limited(
  call: (signal: AbortSignal) => unknown,
  ms: number | undefined,
  ended?: AbortSignal,
): Promise<Outcome> {
  const began = performance.now()
  const took = (): number => Math.round(performance.now() - began)
  const abort = new AbortController()
  guardSignal(abort.signal, () => {})
  let timer: NodeJS.Timeout | undefined
  const timeout = Promise.withResolvers<'timedOut'>()
  if (ms !== undefined) timer = setTimeout(timeout.resolve, ms, 'timedOut')
  const onEnded = (): void => timeout.resolve('timedOut')
  ended?.addEventListener('abort', onEnded)
  const work = Promise.resolve()
    .then(() => call(abort.signal))
    .then(
      (value) => ({ type: 'finished', value, ms: took() }) as const,
      (error: unknown) => ({ type: 'failed', error, ms: took() }) as const,
    )
  const outcome = await Promise.race([work, timeout.promise])
  clearTimeout(timer)
  ended?.removeEventListener('abort', onEnded)
  if (outcome !== 'timedOut') return outcome
  abort.abort(new LastcallError('LASTCALL_TIMEOUT', [`no answer after ${took()} ms`]))
  return { type: 'timedOut', ms: took() }
}

/**
 * A thrown value in one line. Anything can be thrown: undefined, an object without a prototype, an error
 * whose message is none.
 */
export function errorText(error: unknown): string {
  try {
    const text = error instanceof Error ? error.message || error.name : error
    // Line by line: an expression for the spaces on both sides of a line end takes a time that grows with
    // their square.
    const lines = String(text).split('\n')
    if (lines.length === 1) return lines.join('')
    const trimmed = lines.map((line) => line.trim()).filter((line) => line !== '')
    return trimmed.join(' ')
  } catch {
    return describe(error)
  }
}
