import { describe } from '../../core/describe.ts'
import { LastcallError } from '../../core/errors.ts'
import { guardSignal } from './guarded-signal.ts'

/** How a call with a time limit ended. */
export type Outcome =
  | { readonly type: 'finished'; readonly value: unknown; readonly ms: number }
  | { readonly type: 'failed'; readonly error: unknown; readonly ms: number }
  | { readonly type: 'timedOut'; readonly ms: number }

/**
 * Calls a user's function with a time limit and turns every possible end into a value. At the limit the
 * function is not stopped: its signal is aborted, and the wait ends. A late rejection is ignored, because it
 * must not end the process.
 * @param ms the limit; without one only `ended` ends the wait, and no timer keeps the process alive
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
 * A thrown value in one line. Any value can be thrown: undefined, an object without a prototype, an error
 * without a message.
 */
export function errorText(error: unknown): string {
  try {
    const text = error instanceof Error ? error.message || error.name : error
    // Splits into lines first: one expression for the spaces on both sides of a line end needs quadratic
    // time.
    const lines = String(text).split('\n')
    if (lines.length === 1) return lines.join('')
    const trimmed = lines.map((line) => line.trim()).filter((line) => line !== '')
    return trimmed.join(' ')
  } catch {
    return describe(error)
  }
}
